"""A disk that is really too small: a file system of a few hundred kilobytes, in a namespace of its own.

RECOG_FAULT_ROUNDS makes it longer: so many sizes between nothing at all and room for everything.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.sweep import FULL_FOR_GOOD, WORDS, told_badly
from tests.faults.tracing import ROOT, Run
from tests.faults.world import World

SIZES = 3 * int(os.environ.get("RECOG_FAULT_ROUNDS", "1"))
LEAST, ENOUGH = 16, 1536
"""Kilobytes: of a file system that holds next to nothing, and one that holds the library twice."""

IN_NAMESPACE = """
mount -t tmpfs -o size="$1"k tmpfs "$2" || exit 77
shift 1; mounted="$1"; kept="$2"; shift 2
"$@"
code=$?
cp -a "$mounted/." "$kept"
exit $code
"""


@pytest.mark.parametrize("part", range(SIZES + 1))
def test_a_disk_that_is_too_small_is_a_sentence_and_room_makes_it_good(world: World, tmp_path: Path, part: int) -> None:
    size = LEAST + part * (ENOUGH - LEAST) // SIZES
    mounted, kept = tmp_path / "mounted", tmp_path / "kept"
    for folder in (mounted, kept):
        folder.mkdir()
    program = [sys.executable, "-m", "tests.faults.program", *world.arguments("create", mounted / "library")]
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", IN_NAMESPACE, "sh", str(size), str(mounted), str(kept), *program],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no file system can be mounted here, a small disk was not tested: {done.stderr.strip()}")
    run = Run(done.returncode, tuple(done.stdout.splitlines()), done.stderr, ())
    assert part > 0 or run.status != 0, "the smallest must be too small"
    assert part < SIZES or run.status == 0, "the largest must be large enough"
    assert told_badly(run, WORDS[FULL_FOR_GOOD]) == []
    assert world.problems("create", kept / "library", run) == []
