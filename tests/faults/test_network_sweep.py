"""A sample of the faults at the verbs that change the user's own networks; `make faults` makes them all."""

import re

import pytest

from tests.faults.started import run_program
from tests.faults.tracing import obstacle

A_VERB_AND_FAULT = 3


def test_a_network_is_there_whole_or_not_at_all_whenever_its_verb_is_killed_or_its_disk_full() -> None:
    if why := obstacle():
        pytest.skip(f"no fault can be injected: {why}")
    done = run_program("network_sweep", "--sample", str(A_VERB_AND_FAULT))
    assert re.fullmatch(r"\d+ faults, 0 left something wrong", done.stdout.strip()), done.stdout + done.stderr
