"""A sample of the faults at the verbs that change the user's own networks; `make faults` makes them all."""

import re
import subprocess
import sys

import pytest

from tests.faults.tracing import ROOT, obstacle

A_VERB_AND_FAULT = 3


def test_a_network_is_there_whole_or_not_at_all_whenever_its_verb_is_killed_or_its_disk_full() -> None:
    """Runs in its own process, which forks the verbs, because this one may have threads."""
    if why := obstacle():
        pytest.skip(f"no fault can be injected: {why}")
    command = [sys.executable, "-m", "tests.faults.network_sweep", "--sample", str(A_VERB_AND_FAULT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert re.fullmatch(r"\d+ faults, 0 left something wrong", done.stdout.strip()), done.stdout + done.stderr
