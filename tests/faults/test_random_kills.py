"""A few random kills of an indexer; `make faults` makes a thousand."""

import re
import subprocess
import sys

from tests.faults.tracing import ROOT

KILLS = 8


def test_an_indexer_killed_again_and_again_ends_in_the_library_of_an_undisturbed_run() -> None:
    """Runs in its own process, which forks the indexers, because this one may have threads."""
    command = [sys.executable, "-m", "tests.faults.random_kills", "--kills", str(KILLS), "--photos", "70"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"{KILLS} kills, \d+ ends, 0 problems", done.stdout), done.stdout
