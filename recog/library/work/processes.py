"""Work on the queue in several processes of this machine, and start anew those that die."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import sleep
from types import FrameType
from typing import TypeAlias

from recog.config import Settings
from recog.errors import RecogError
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
    available = sorted(os.sched_getaffinity(0))
    shares = [tuple(available[place::number]) or tuple(available) for place in range(number)]
    on_gpu = settings.model_copy(update={"device": "cuda"})
    return [
        Place(on_gpu if place < gpus else settings, share, place if place < gpus else None)
        for place, share in enumerate(shares)
    ]


def work_in_processes(
    where: Sequence[Place], *, lease: float, told: Callable[[str], None], opener: Opener, most_deaths: int = MOST_DEATHS
) -> list[WorkReport]:
    """Work until the queue is empty, with one process a place; return the reports of those that ended by themselves.

    A process that dies is started anew, because the photo that ended it is not given to others with it. Ctrl-C and
    SIGTERM end all of them, and each gives back what it holds.

    Raises:
        RecogError: that of a process, or if too many died.
    """
    running = [_start(place, lease, opener) for place in where]
    reports: list[WorkReport] = []
    deaths = 0
    try:
        while running:
            sleep(POLL_SECONDS)
            for one in list(running):
                if (answer := one.answer()) is None:
                    continue
                running.remove(one)
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
        reports += [answer for one in running if isinstance(answer := one.end(), WorkReport)]
    finally:
        for one in running:
            one.end()
    return reports


@dataclass(frozen=True, slots=True)
class _Running:
    """A process at work; what it answers comes by a pipe."""

    place: Place
    process: BaseProcess
    pipe: "Connection[object, object]"

    def answer(self) -> WorkReport | RecogError | str | None:
        """Return the report or the error of a process that has ended, how it died, or None while it works."""
        if self.pipe.poll():
            try:
                answer = self.pipe.recv()
            except EOFError:
                answer = None
            self.process.join()
            if isinstance(answer, WorkReport | RecogError):
                return answer
        if self.process.is_alive():
            return None
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit status {code}"

    def end(self) -> WorkReport | RecogError | str | None:
        """Ask the process to end, and wait for its answer."""
        if self.process.is_alive():
            self.process.terminate()
        if self.pipe.poll(None if self.process.is_alive() else 0):
            return self.answer()
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
    try:
        with opener(place.settings) as queue:
            pipe.send(queue.work(lease=lease))
    except RecogError as error:
        pipe.send(error)
    except KeyboardInterrupt:
        pass


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Handle SIGTERM as Ctrl-C: give back what is held, and end; a second one does not disturb that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
