"""After a power cut nothing that a verb acknowledged is lost, and a forgotten person does not come back.

Two verbs; `make faults` cuts all of them: see tests/faults/power.py.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.faults.conftest import Fresh
from tests.faults.forked import run_forked
from tests.faults.power import FOLLOWED, Disk
from tests.faults.started import run_program
from tests.faults.tracing import obstacle

VERBS = ("index", "forget")


@pytest.fixture(autouse=True)
def _traceable() -> None:
    if why := obstacle():
        pytest.skip(f"nothing can be traced: {why}")


def test_the_power_may_be_cut_at_any_moment_of_a_verb() -> None:
    done = run_program("power", "--verbs", *VERBS)
    (line,) = done.stdout.splitlines()
    states, _, rest = line.partition(" ")
    assert rest == "states of a disk whose power was cut, 0 left something wrong", done.stderr
    assert int(states) > 20 * len(VERBS)


def replace(folder: Path, *, content_synced: bool, name_synced: bool) -> None:
    """Replace a file carefully, or carelessly."""
    temporary = folder / "new.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"new")
    if content_synced:
        os.fsync(descriptor)
    os.close(descriptor)
    temporary.rename(folder / "file")
    if name_synced:
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


@pytest.mark.parametrize(
    ("content_synced", "name_synced", "eager", "left"),
    [
        (True, True, False, b"new"),
        (True, True, True, b"new"),
        (True, False, False, b"old"),
        (True, False, True, b"new"),
        (False, True, False, b""),
        (False, False, True, b""),
        (False, False, False, b"old"),
    ],
)
def test_the_model_of_a_disk_loses_what_was_not_synced(
    fresh_process: Fresh, tmp_path: Path, *, content_synced: bool, name_synced: bool, eager: bool, left: bytes
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    disk = Disk(tmp_path, eager=eager)
    run_on(fresh_process, disk, partial(replace, tmp_path, content_synced=content_synced, name_synced=name_synced))
    assert disk.holds()[tmp_path / "file"] == left


def write(folder: Path) -> None:
    """Write, link and unlink a file by every call that the model follows."""
    descriptor = os.open(folder / "file", os.O_RDWR | os.O_CREAT)
    os.write(descriptor, b"0123456789")
    os.lseek(descriptor, 2, os.SEEK_SET)
    os.write(descriptor, b"ab")
    os.pwrite(descriptor, b"xyz", 12)
    os.ftruncate(descriptor, 14)
    os.fsync(descriptor)
    (folder / "linked").hardlink_to(folder / "file")
    (folder / "file").unlink()


def test_the_model_follows_every_way_to_write(fresh_process: Fresh, tmp_path: Path) -> None:
    disk = Disk(tmp_path, eager=True)
    run_on(fresh_process, disk, partial(write, tmp_path))
    assert disk.holds() == {tmp_path / "linked": b"01ab456789\0\0xy"}
    assert disk.holds()[tmp_path / "linked"] == (tmp_path / "linked").read_bytes()


def run_on(fresh_process: Fresh, disk: Disk, program: Callable[[], None]) -> None:
    """Run a program and apply its calls to the disk."""
    options = ["-e", f"trace={','.join(FOLLOWED)}", "-e", "signal=none", "-xx", "-s", "65536"]
    run = fresh_process(partial(run_forked, program, options))
    assert run.status == 0, run.said
    for line in run.trace:
        disk.follow(line)
