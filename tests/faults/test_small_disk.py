"""A disk that is really too small: a file system of a few hundred kilobytes in its own namespace.

RECOG_FAULT_ROUNDS makes it longer: so many sizes between nothing at all and room for everything.
"""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.program import STAYING
from tests.faults.sweep import FULL_FOR_GOOD, WORDS, told_badly
from tests.faults.tracing import ROOT, Run
from tests.faults.world import World

SIZES = 3 * int(os.environ.get("RECOG_FAULT_ROUNDS", "1"))
LEAST, ENOUGH = 16, 1536
"""Kilobytes of a file system that holds almost nothing, and of one that holds the library twice."""

IN_NAMESPACE = """
mount -t tmpfs -o size="$1"k tmpfs "$3" || exit 77
filled="$2"; mounted="$3"; kept="$4"; shift 4
[ -z "$filled" ] || cp -a "$filled" "$mounted/library" || exit 78
"$@"
code=$?
cp -a "$mounted/." "$kept"
exit $code
"""


PROGRAM = "tests.faults.program"
FREE = (0, 64, 160, 1024)
"""Free kilobytes beside a library: none; two sizes too small to write it again; enough."""


@pytest.mark.parametrize("part", range(SIZES + 1))
def test_a_disk_that_is_too_small_is_a_sentence_and_room_makes_it_good(world: World, tmp_path: Path, part: int) -> None:
    size = LEAST + part * (ENOUGH - LEAST) // SIZES
    run, kept = run_on_a_small_disk(world, ["-m", PROGRAM, "create"], size, tmp_path)
    assert part > 0 or run.status != 0, "the smallest must be too small"
    assert part < SIZES or run.status == 0, "the largest must be large enough"
    assert told_badly(run, WORDS[FULL_FOR_GOOD]) == []
    assert world.problems("create", kept, run) == []


@pytest.mark.parametrize("free", FREE)
def test_a_library_with_a_pending_erasure_opens_on_a_full_disk_and_room_finishes_it(
    world: World, tmp_path: Path, free: int
) -> None:
    library = world.copy("erase", tmp_path / "library")
    assert world.left_of_the_forgotten(library) != []
    run, kept = run_on_a_small_disk(world, ["-m", PROGRAM, "erase"], held(library) + free, tmp_path, library)
    assert told_badly(run, WORDS[FULL_FOR_GOOD]) == []
    assert run.acknowledged == (STAYING, "erase")
    assert pending_erasures(kept) == (free < max(FREE))
    assert world.problems("erase", kept, run) == []


def test_an_erasure_that_has_no_room_does_not_fill_the_disk_by_trying(world: World, tmp_path: Path) -> None:
    library = world.copy("erase", tmp_path / "library")
    journal = "catalog.sqlite3-wal"
    before = (library / journal).stat().st_size
    run, _ = run_on_a_small_disk(world, ["-c", OPEN_AND_LOOK, journal], held(library) + FREE[-2], tmp_path, library)
    assert (run.status, run.said) == (0, "")
    assert run.acknowledged == (str(before),)


OPEN_AND_LOOK = """
import sys
from pathlib import Path
from tests.painted import painted_library

journal, directory = sys.argv[1:3]
with painted_library(Path(directory)) as library:
    library.people.all()
    print((Path(directory) / journal).stat().st_size)
"""


def held(library: Path) -> int:
    """Return the kilobytes that a folder takes on a file system of pages."""
    return sum(-(-path.stat().st_size // 4096) * 4 + 4 for path in (library, *library.rglob("*")))


def pending_erasures(library: Path) -> int:
    """Return the pending erasures of a file that was not opened since."""
    with closing(sqlite3.connect(library / "catalog.sqlite3")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM pending_erasures").fetchone()
    return int(count)


def run_on_a_small_disk(
    world: World, program: list[str], size: int, tmp_path: Path, library: Path | None = None
) -> tuple[Run, Path]:
    """Run a program with a copy of the library on a file system of this size; copy the library back afterwards."""
    mounted, kept = tmp_path / "mounted", tmp_path / "kept"
    for folder in (mounted, kept):
        folder.mkdir()
    command = [sys.executable, *program, str(mounted / "library"), *map(str, world.folders("create"))]
    filled = str(library or "")
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", IN_NAMESPACE, "sh", str(size), filled, str(mounted), str(kept), *command],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no file system can be mounted here, a small disk was not tested: {done.stderr.strip()}")
    return Run(done.returncode, tuple(done.stdout.splitlines()), done.stderr, ()), kept / "library"
