"""A few random kills of a batch of styled pictures; `make faults` makes fifty over twenty photos."""

import re
import subprocess
import sys

from tests.faults.tracing import ROOT

KILLS = 5


def test_a_batch_killed_again_and_again_keeps_every_picture_and_makes_none_twice_or_half() -> None:
    """Runs in its own process, which forks the batches, because this one may have threads."""
    command = [sys.executable, "-m", "tests.faults.style_kills", "--kills", str(KILLS), "--photos", "4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"{KILLS} kills, \d+ ends, 0 problems", done.stdout), done.stdout
