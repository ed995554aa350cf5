"""A few random kills of a batch of styled pictures; `make faults` makes fifty over twenty photos."""

import re

from tests.faults.started import run_program

KILLS = 5


def test_a_batch_killed_again_and_again_keeps_every_picture_and_makes_none_twice_or_half() -> None:
    done = run_program("style_kills", "--kills", str(KILLS), "--photos", "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"{KILLS} kills, \d+ ends, 0 problems", done.stdout), done.stdout
