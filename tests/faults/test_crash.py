"""Killed, or out of space, at any moment: nothing acknowledged is lost, nothing is there twice, nothing is half done.

A sparse sample of the sweep (`make faults` hits every moment): see tests/faults/sweep.py.
"""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.sweep import FULL_FOR_GOOD, FULL_ONCE, KILL, attempt, trials
from tests.faults.tracing import CALLS, run_traced
from tests.faults.world import VERBS, World

SEED = 7
KILLS_A_VERB = 2
FULL_DISKS = 4


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_killed_at_any_call_leaves_the_library_whole(
    world: World, calls: dict[str, Counter[str]], tmp_path: Path, verb: str
) -> None:
    planned = trials({verb: calls[verb]}, KILL, every=1)
    chosen = random.Random(f"{SEED} {verb}").sample(planned, KILLS_A_VERB)
    outcomes = {trial: attempt(world, trial, tmp_path / "library") for trial in chosen}
    assert {trial: problems for trial, (_, problems) in outcomes.items() if problems} == {}
    assert sum(fired for fired, _ in outcomes.values()) == KILLS_A_VERB, "a fault that did not happen proves nothing"


@pytest.mark.parametrize("fault", [FULL_ONCE, FULL_FOR_GOOD])
def test_a_disk_that_is_full_at_any_call_is_a_sentence_and_leaves_the_library_whole(
    world: World, calls: dict[str, Counter[str]], tmp_path: Path, fault: str
) -> None:
    chosen = random.Random(f"{SEED} {fault}").sample(trials(calls, fault, every=1), FULL_DISKS)
    outcomes = {trial: attempt(world, trial, tmp_path / "library") for trial in chosen}
    assert {trial: problems for trial, (_, problems) in outcomes.items() if problems} == {}
    assert sum(fired for fired, _ in outcomes.values()) == FULL_DISKS


def test_every_file_of_the_index_is_on_the_disk_before_it_gets_its_name(world: World, tmp_path: Path) -> None:
    """write, fsync, rename, fsync of the folder: what a power cut may not reorder (the order, not the power cut)."""
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
    """Else finding nothing afterwards would prove nothing: name and vector, in the catalog and in the index."""
    found = world.left_of_the_forgotten(world.home / "library")
    assert {secret for secret in world.secrets if any(repr(secret) in one for one in found)} == set(world.secrets)
    assert any(".faiss" in one for one in found)
