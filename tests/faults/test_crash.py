"""After a kill or a full disk at any moment, nothing acknowledged is lost, doubled or half done.

A sparse sample of the sweep (`make faults` hits every moment): see tests/faults/sweep.py.
"""

import re
from pathlib import Path

import pytest

from tests.faults.started import run_program
from tests.faults.sweep import FAULTS
from tests.faults.tracing import CALLS, obstacle, run_traced
from tests.faults.world import VERBS, World

A_VERB_AND_FAULT = 2


def test_a_verb_killed_or_failed_at_any_call_leaves_the_library_whole() -> None:
    if why := obstacle():
        pytest.skip(f"no fault can be injected: {why}")
    done = run_program("sweep", "--sample", str(A_VERB_AND_FAULT), "--verbs", *VERBS)
    places = len(VERBS) * len(FAULTS) * A_VERB_AND_FAULT
    assert done.stdout.splitlines() == [f"{places} faults of {places} happened, 0 left something wrong"], done.stderr


def test_every_file_of_the_index_is_on_the_disk_before_it_gets_its_name(world: World, tmp_path: Path) -> None:
    """Checks the order of write, fsync, rename and fsync of the folder, not a power cut itself."""
    if why := obstacle():
        pytest.skip(f"nothing can be traced: {why}")
    library = world.copy("index", tmp_path / "library")
    run = run_traced(world.arguments("index", library), "-y", "-e", f"trace={','.join(CALLS)}")
    renamed = [
        (at, match) for at, line in enumerate(run.trace) if (match := re.search(r'rename\("(.+)", "(.+)"\)', line))
    ]
    assert len(renamed) == 4  # two publications: the index, and the manifest that names it
    for at, match in renamed:
        temporary, final = match.groups()
        before = [line for line in run.trace[:at] if f"<{temporary}>" in line]
        assert "write(" in before[0]
        assert "fsync(" in before[-1]
        after = next(line for line in run.trace[at:] if "fsync(" in line)
        assert f"<{Path(final).parent}>" in after


def test_what_is_to_be_forgotten_is_there_to_be_found(world: World) -> None:
    """The name and the vector must be there before, or their absence afterwards proves nothing."""
    found = world.left_of_the_forgotten(world.home / "library")
    assert {secret for secret in world.secrets if any(repr(secret) in one for one in found)} == set(world.secrets)
    assert any(".faiss" in one for one in found)
