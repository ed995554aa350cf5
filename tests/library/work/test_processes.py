"""Several processes work on one queue: those that die are started anew, until too many have died."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recog.config import Settings, read_settings
from recog.errors import RecogError
from recog.library.work.processes import places, work_in_processes
from recog.library.work.queue import Queue
from tests.faults.queue_kills import painted_photos
from tests.library.work.compared import everything
from tests.painted import PaintedLibrary
from tests.postgres import Databases

pytestmark = pytest.mark.postgres
DEAD = "dead"


@contextmanager
def mortal_queue(settings: Settings) -> Iterator[Queue]:
    """Open the queue of a painted library, in a process of its own; the first that does so is killed."""
    try:
        (settings.library.parent / DEAD).touch(exist_ok=False)
    except FileExistsError:
        with PaintedLibrary(settings) as library:
            yield library.queue
    else:
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def doomed_queue(settings: Settings) -> Iterator[Queue]:
    """Die before there is any work."""
    with PaintedLibrary(settings) as library:
        os.kill(os.getpid(), signal.SIGKILL)
        yield library.queue


def test_processes_share_the_queue_and_one_that_dies_is_started_anew(databases: Databases, tmp_path: Path) -> None:
    painted_photos(tmp_path / "photos", 20)
    made = databases.new()
    settings = read_settings(library=tmp_path / "library", database=made)
    told: list[str] = []
    with PaintedLibrary(settings) as library:
        library.queue.fill([tmp_path / "photos"])
        where = places(settings, processes=2, gpus=0)
        assert {core for place in where for core in place.cores} <= os.sched_getaffinity(0)
        reports = work_in_processes(where, lease=5.0, told=told.append, opener=mortal_queue)
        assert told == ["a worker died (signal 9) and is started anew"]
        assert sum(report.added + report.known + report.failed for report in reports) == 20
        with PaintedLibrary(read_settings(library=tmp_path / "alone")) as alone:
            alone.index([tmp_path / "photos"])
            assert everything(library) == everything(alone)
    databases.drop(made)


def test_work_is_given_up_when_too_many_processes_died(tmp_path: Path) -> None:
    told: list[str] = []
    where = places(read_settings(library=tmp_path / "library"), processes=2, gpus=0)
    with pytest.raises(RecogError, match=r"3 workers died \(signal 9\): look at the memory"):
        work_in_processes(where, lease=5.0, told=told.append, opener=doomed_queue, most_deaths=2)
    assert len(told) == 2
