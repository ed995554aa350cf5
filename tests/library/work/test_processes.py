"""Several processes work on one queue: those that die are started anew, until too many have died."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from recog.config import Settings, read_settings
from recog.errors import RecogError, WeightsDamagedError
from recog.library.work.processes import places, work_in_processes
from recog.library.work.queue import Queue
from tests.databases import database_at
from tests.faults.queue_kills import painted_photos
from tests.library.work.compared import everything
from tests.painted import PaintedLibrary
from tests.postgres import Databases

DEAD = "dead"
DAMAGED = "damaged"


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
def damaged_queue(settings: Settings) -> Iterator[Queue]:
    """Find damaged weights, as each process does that loads them."""
    with PaintedLibrary(settings) as library:
        if settings.library.name == DAMAGED:
            raise WeightsDamagedError("the weights are damaged", name="sface")
        yield library.queue


@contextmanager
def interrupted_queue(settings: Settings) -> Iterator[Queue]:
    """Open the queue of a painted library; Ctrl-C reaches the process, as it does all those of a terminal."""
    os.kill(os.getpid(), signal.SIGINT)
    with PaintedLibrary(settings) as library:
        yield library.queue


@contextmanager
def doomed_queue(settings: Settings) -> Iterator[Queue]:
    """Die before there is any work."""
    with PaintedLibrary(settings) as library:
        os.kill(os.getpid(), signal.SIGKILL)
        yield library.queue


def test_workers_whose_parent_was_killed_end_after_the_photo_in_hand(tmp_path: Path) -> None:
    painted_photos(tmp_path / "photos", 100)
    with PaintedLibrary(read_settings(library=tmp_path / "library")) as library:
        library.queue.fill([tmp_path / "photos"])
        code = (
            "from pathlib import Path\n"
            "import sys\n"
            "from recog.config import read_settings\n"
            "from recog.library.work.processes import places, work_in_processes\n"
            "from tests.library.work.slow import slow_queue\n"
            "where = places(read_settings(library=Path(sys.argv[1])), processes=1, gpus=0)\n"
            "work_in_processes(where, lease=60.0, told=print, opener=slow_queue)\n"
        )
        with subprocess.Popen([sys.executable, "-c", code, str(library.context.settings.library)]) as parent:
            wait_until(lambda: library.queue.overview().workers == 1)
            with database_at(library.context.settings.catalog_at) as opened, opened.reading() as connection:
                owner = connection.scalar(text("SELECT max(owner) FROM jobs"))
            wait_until(lambda: library.queue.overview().files < 100)
            parent.kill()
        worker = int(owner.split("/")[1])
        wait_until(lambda: not Path(f"/proc/{worker}").exists())
        counts = library.queue.counts()
        assert counts.claimed == 0
        assert counts.waiting > 0, "it was done before its parent was killed: nothing was proved"
        library.queue.work()
        with PaintedLibrary(read_settings(library=tmp_path / "alone")) as alone:
            alone.index([tmp_path / "photos"])
            assert everything(library) == everything(alone)


def wait_until(true: Callable[[], bool], seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


@pytest.mark.postgres
def test_processes_share_the_queue_and_one_that_dies_is_started_anew(databases: Databases, tmp_path: Path) -> None:
    painted_photos(tmp_path / "photos", 20)
    made = databases.new()
    settings = read_settings(library=tmp_path / "library", database=made)
    told: list[str] = []
    with PaintedLibrary(settings) as library:
        library.queue.fill([tmp_path / "photos"])
        where = places(settings, processes=2, gpus=0)
        assert {core for place in where for core in place.cores} <= os.sched_getaffinity(0)
        reports = work_in_processes(where, lease=60.0, told=told.append, opener=mortal_queue)
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
        work_in_processes(where, lease=60.0, told=told.append, opener=doomed_queue, most_deaths=2)
    assert len(told) == 2


def test_an_error_of_a_process_is_told_with_its_facts(tmp_path: Path) -> None:
    where = places(read_settings(library=tmp_path / DAMAGED), processes=1, gpus=0)
    with pytest.raises(WeightsDamagedError, match="the weights are damaged") as caught:
        work_in_processes(where, lease=60.0, told=print, opener=damaged_queue)
    assert caught.value.name == "sface"


def test_ctrl_c_of_a_terminal_is_left_to_the_first_process(tmp_path: Path) -> None:
    """Else a process would be interrupted twice, the second time while it gives back what it holds."""
    painted_photos(tmp_path / "photos", 2)
    settings = read_settings(library=tmp_path / "library")
    with PaintedLibrary(settings) as library:
        library.queue.fill([tmp_path / "photos"])
    told: list[str] = []
    (report,) = work_in_processes(
        places(settings, processes=1, gpus=0), lease=60.0, told=told.append, opener=interrupted_queue, most_deaths=0
    )
    assert (report.added, told) == (2, [])


def test_a_second_sigterm_does_not_disturb_the_first() -> None:
    """In a process of its own: a signal that comes late would end the tests."""
    code = (
        "import signal\n"
        "from recog.library.work.processes import interrupt\n"
        "signal.signal(signal.SIGTERM, interrupt)\n"
        "try:\n"
        "    signal.raise_signal(signal.SIGTERM)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
        "signal.raise_signal(signal.SIGTERM)\n"
        "print('undisturbed')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["interrupted", "undisturbed"])
