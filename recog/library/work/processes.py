"""Work on the queue in several processes of this machine, and start anew those that die.

A process sends by a pipe what it tells, a string each, and at last its report or its error.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import sleep
from types import FrameType
from typing import TypeAlias

from recog.config import Settings
from recog.errors import RecogError
from recog.library.work.outage import SharedOutage
from recog.library.work.queue import Queue
from recog.library.work.results import WorkReport

MOST_DEATHS = 20
"""Workers that may die before the work is given up; a photo to which some fall is a failure by then."""
POLL_SECONDS = 0.1
Opener: TypeAlias = Callable[[Settings], AbstractContextManager[Queue]]
"""Opens the queue of the library that settings name; a process finds it by its name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker runs: the settings that it opens, the cores that it may use, and its GPU, None for none."""

    settings: Settings
    cores: tuple[int, ...]
    gpu: int | None


def places(settings: Settings, *, processes: int, gpus: int) -> list[Place]:
    """Return where workers run: one on each GPU, and `processes` others; each has its share of the cores."""
    number = gpus + processes
    on_gpu = settings.model_copy(update={"device": "cuda"})
    return [
        Place(on_gpu if place < gpus else settings, share_of_cores(place, number), place if place < gpus else None)
        for place in range(number)
    ]


def share_of_cores(place: int, number: int) -> tuple[int, ...]:
    """Return the cores for one of so many workers on this machine, counted from 0: all cores if they are too few."""
    available = sorted(os.sched_getaffinity(0))
    return tuple(available[place::number]) or tuple(available)


def work_in_processes(
    where: Sequence[Place],
    *,
    lease: float,
    told: Callable[[str], None],
    opener: Opener,
    look: Callable[[], None] = lambda: None,
    most_deaths: int = MOST_DEATHS,
) -> list[WorkReport]:
    """Work until the queue is empty, with one process a place; return the reports of those that ended by themselves.

    A process that dies is started anew, because the photo that ended it is not given to others with it. Ctrl-C and
    SIGTERM end all of them, and each gives back what it holds; if this process dies, they end after the photo in hand.
    `look` is called again and again meanwhile (see QueueWatch).

    Raises:
        RecogError: that of a process, or if too many died.
    """
    outage = SharedOutage(told)
    running = [_start(place, lease, opener) for place in where]
    reports: list[WorkReport] = []
    deaths = 0
    try:
        while running:
            sleep(POLL_SECONDS)
            look()
            for one in list(running):
                if (answer := one.answer(outage)) is None:
                    continue
                running.remove(one)
                outage.gone(one)
                if isinstance(answer, RecogError):
                    raise answer
                if isinstance(answer, WorkReport):
                    reports.append(answer)
                    continue
                deaths += 1
                if deaths > most_deaths:
                    raise RecogError(f"{deaths} workers died ({answer}): look at the memory and the system's log")
                told(f"a worker died ({answer}) and is started anew")
                running.append(_start(one.place, lease, opener))
    except KeyboardInterrupt:
        reports += [answer for one in running if isinstance(answer := one.end(outage), WorkReport)]
    finally:
        for one in running:
            one.end(outage)
    return reports


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    """A process at work; what it answers comes by a pipe."""

    place: Place
    process: BaseProcess
    pipe: "Connection[object, object]"

    def answer(self, outage: SharedOutage) -> WorkReport | RecogError | str | None:
        """Return the report or the error of a process that has ended, how it died, or None while it works.

        `outage` hears what the process tells of the catalog.
        """
        while self.pipe.poll():
            try:
                answer = self.pipe.recv()
            except EOFError:
                answer = None
            if isinstance(answer, str):
                outage.heard(self, answer)
                continue
            self.process.join()
            if isinstance(answer, WorkReport | RecogError):
                return answer
            break
        if self.process.is_alive():
            return None
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit status {code}"

    def end(self, outage: SharedOutage) -> WorkReport | RecogError | str | None:
        """Ask the process to end, and wait for its answer."""
        if self.process.is_alive():
            self.process.terminate()
        while self.pipe.poll(None if self.process.is_alive() else 0):
            if (answer := self.answer(outage)) is not None:
                return answer
        return None


def _start(place: Place, lease: float, opener: Opener) -> _Running:
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_work, args=(theirs, place, lease, opener))
    process.start()
    theirs.close()
    return _Running(place, process, ours)


def _work(pipe: "Connection[object, object]", place: Place, lease: float, opener: Opener) -> None:
    """Work in a process of its own, and send the report or the error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes, and the first one passes it on
    signal.signal(signal.SIGTERM, interrupt)
    os.sched_setaffinity(0, place.cores)
    if place.gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = str(place.gpu)  # torch loads later
    answer: WorkReport | RecogError
    try:
        with opener(place.settings) as queue:
            answer = queue.work(lease=lease, told=pipe.send, stop=_parent_is_gone)
    except RecogError as error:
        answer = error
    except KeyboardInterrupt:
        return
    with suppress(BrokenPipeError):  # the parent is gone
        pipe.send(answer)


def _parent_is_gone() -> bool:
    """Return whether the process that started this one has died."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Handle SIGTERM as Ctrl-C: give back what is held, and end; a second one does not disturb that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
