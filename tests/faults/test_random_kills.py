"""A few random kills of an indexer; `make faults` makes a thousand."""

import re

from tests.faults.started import run_program

KILLS = 8


def test_an_indexer_killed_again_and_again_ends_in_the_library_of_an_undisturbed_run() -> None:
    done = run_program("random_kills", "--kills", str(KILLS), "--photos", "70")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"{KILLS} kills, \d+ ends, 0 problems", done.stdout), done.stdout
