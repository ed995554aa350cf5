"""Several indexers at once, a locked database, and a disk that fails while it is read.

RECOG_FAULT_LOCK_SECONDS makes it longer, `python -m tests.faults.meeting` takes 200 rounds.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recog.store.engine import BUSY_SECONDS
from tests.faults.program import VANISHING
from tests.faults.started import run_program
from tests.faults.tracing import ROOT, obstacle, run_traced
from tests.faults.world import World, state
from tests.painted import painted_library

ROUNDS = 3
GRACE_SECONDS = 0.8 * BUSY_SECONDS
"""A second wait would take BUSY_SECONDS more; a busy machine takes some seconds longer for one run than for another."""
LOCK_SECONDS = float(os.environ.get("RECOG_FAULT_LOCK_SECONDS", "45"))


def test_of_several_indexers_at_once_one_works_and_the_others_leave_with_its_process_id() -> None:
    done = run_program("meeting", "--rounds", str(ROUNDS))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"of {2 * ROUNDS} times they met, 0 left something wrong", done.stdout), done.stdout


HOLD = """
import sqlite3, sys, time
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute(sys.argv[2])
other.execute("SELECT count(*) FROM photos").fetchone()
print("held", flush=True)
time.sleep(float(sys.argv[3]))
other.execute("COMMIT")
"""


def hold(library: Path, how: str, seconds: float) -> "subprocess.Popen[str]":
    """Start another program that holds a transaction open on the database."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(library / "catalog.sqlite3"), how, str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def timed(world: World, library: Path) -> "tuple[subprocess.CompletedProcess[str], float]":
    """Run the indexing program; return the run and its seconds, start included."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.faults.program", *world.arguments("index", library)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return run, time.monotonic() - began


def test_a_database_locked_for_seconds_is_waited_for(world: World, tmp_path: Path) -> None:
    library = world.copy("index", tmp_path / "library")
    holder = hold(library, "BEGIN IMMEDIATE", 3.0)
    with painted_library(library) as opened:
        opened.index(world.folders("index"))
        assert state(opened) == world.after["index"]
    holder.communicate()


def test_a_database_locked_for_a_minute_is_one_sentence_within_the_time_to_wait_and_half_of_nothing(
    world: World, tmp_path: Path
) -> None:
    """Recog waits 10 s; LOCK_SECONDS is how long the other program holds the lock.

    It does not wait a second time while it gives up: all else takes it no longer than a run that meets no lock.
    """
    _, undisturbed = timed(world, world.copy("index", tmp_path / "free"))
    library = world.copy("index", tmp_path / "library")
    holder = hold(library, "BEGIN IMMEDIATE", LOCK_SECONDS)
    run, seconds = timed(world, library)
    assert seconds < undisturbed + BUSY_SECONDS + GRACE_SECONDS
    assert holder.poll() is None, "the lock was gone: nothing was proved"
    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch(r"another program has held the write lock of .* for more than 10 s: .*\n", run.stderr)
    holder.kill()
    holder.communicate()
    with painted_library(library) as opened:
        assert state(opened) == world.before["index"]
        opened.index(world.folders("index"))
        assert state(opened) == world.after["index"]


def test_a_reader_that_stays_makes_an_erasure_pending_until_it_goes(world: World, tmp_path: Path) -> None:
    """The erasure is reported as pending, and the next command finishes it."""
    library = world.copy("forget", tmp_path / "library")
    reader = hold(library, "BEGIN", 600.0)
    with painted_library(library) as opened:
        assert not opened.people.forget(VANISHING).complete
        assert opened.context.catalog.upkeep.counts().pending_erasures == 1
    assert world.left_of_the_forgotten(library) != []
    reader.kill()
    reader.communicate()
    with painted_library(library) as opened:
        assert opened.context.catalog.upkeep.counts().pending_erasures == 0
        assert state(opened) == world.after["forget"]
    assert world.left_of_the_forgotten(library) == []


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
        (failed,) = opened.context.catalog.files.failures()
        assert (failed.stat.path, failed.reason) == (photo, "io_error")
        assert opened.index([world.home / "new"]).failed == ()
        assert state(opened) == world.after["index"]
