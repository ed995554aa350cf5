"""Two indexers at once, and a disk that fails while it is read."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.tracing import ROOT, obstacle, run_traced
from tests.faults.world import World, state
from tests.painted import painted_library

ROUNDS = 2


def test_of_two_indexers_at_once_one_works_and_the_other_leaves_with_its_process_id(
    world: World, tmp_path: Path
) -> None:
    """Both wait for the same moment; whoever comes second leaves at once, or comes after the first has ended."""
    refused = 0
    for number in range(ROUNDS):
        library = tmp_path / f"library-{number}"
        code = "import sys, time; from tests.faults import program\n"
        code += "time.sleep(max(0, float(sys.argv.pop(1)) - time.time())); program.main()"
        at = str(time.time() + 2.5)
        command = [sys.executable, "-c", code, at, *world.arguments("create", library)]
        both = [
            subprocess.Popen(
                command,
                cwd=ROOT,
                text=True,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(2)
        ]
        ends = [(run.communicate(timeout=120), run.returncode) for run in both]
        assert 0 in {status for _, status in ends}, ends
        for (_, said), status in ends:
            assert status == 0 or any(f"another recog (pid {run.pid}) is writing" in said for run in both), said
            refused += status == 1
        with painted_library(library) as opened:
            assert state(opened) == world.after["create"]
            assert opened.check().findings == ()
    assert refused > 0, "they never met"


def test_a_disk_that_fails_while_a_photo_is_read_costs_that_photo_until_the_next_run(
    world: World, tmp_path: Path
) -> None:
    if why := obstacle():
        pytest.skip(f"no fault can be injected: {why}")
    library = world.copy("index", tmp_path / "library")
    photo = world.home / "new" / "b.png"
    inject = ("-P", str(photo), "-e", "trace=read,pread64", "-e", "inject=read,pread64:error=EIO")
    run = run_traced(world.arguments("index", library), *inject)
    assert run.injected
    assert (run.status, run.acknowledged) == (0, ("new", "newer"))
    with painted_library(library) as opened:
        (failed,) = opened.catalog.failures()
        assert (failed.stat.path, failed.reason) == (photo, "io_error")
        assert opened.index([world.home / "new"]).failed == ()
        assert state(opened) == world.after["index"]
