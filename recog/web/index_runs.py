"""Index runs of a served library: one at a time, in a thread that pages start, pause and stop."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Condition, Event, Lock, Thread
from typing import Literal, TypeAlias

from recog.errors import CatalogError, RecogError
from recog.library.indexing.results import IngestProgress, IngestReport, RunStopped
from recog.library.photo_library import PhotoLibrary
from recog.library.work.results import QueueProgress
from recog.library.work.watch import QueueWatch
from recog.store.records import QueueOverview
from recog.web.failures import sentence_of

Phase: TypeAlias = Literal["none", "looking", "indexing", "paused", "stopping", "ended", "stopped", "failed"]
LOOK_SECONDS = 0.5
"""How often a thread that waits for a run looks whether it shall stop."""
_GOES_ON = frozenset({"looking", "indexing", "paused", "stopping"})
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunState:
    """The latest index run since the server started; number counts them, and 0 is none.

    phase: looking compares folders with the catalog; ended, stopped and failed are over. done counts the files looked
    at, of total; faces are new, failed are files. rate is in files a second, without pauses, and seconds_left follows
    from it; both are None while they are unknown. error says why the run failed; report is there once it has ended.
    """

    number: int = 0
    phase: Phase = "none"
    folders: tuple[Path, ...] = ()
    done: int = 0
    total: int = 0
    faces: int = 0
    failed: int = 0
    rate: float | None = None
    seconds_left: float | None = None
    error: str | None = None
    report: IngestReport | None = None

    def goes_on(self) -> bool:
        """Return whether the run is not over."""
        return self.phase in _GOES_ON


class IndexRuns:
    """Runs `PhotoLibrary.index` in a thread; any number of threads may ask for its state.

    A paused run holds no turn, so acts on the pages go on, but it stays a job of the library: other processes cannot
    write until it ends.
    """

    def __init__(self, library: PhotoLibrary, *, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds, which never go back."""
        self._library = library
        self._clock = clock
        self._changed = Condition()  # guards the rest
        self._state = RunState()
        self._thread: Thread | None = None
        self._closed = False
        self._begun: tuple[float, int] | None = None  # when the first file was done, and how many were by then
        self._looking = Lock()  # guards the next
        self._watch = QueueWatch(self._overview, told=_logger.info, clock=clock)

    def state(self) -> RunState:
        """Return the state of the latest run."""
        with self._changed:
            return self._state

    def queue(self) -> QueueProgress:
        """Return how far all workers of the queue are, as of the last second; all zero if there is no library yet."""
        with self._looking:
            if self._library.context.exists():
                self._watch.look()
            return self._watch.progress

    def _overview(self) -> QueueOverview:
        return self._library.queue.overview()

    def start(self, folders: Sequence[Path], *, verify: bool = False) -> RunState:
        """Begin to index folders. CatalogError if a run goes on, or the server ends."""
        with self._changed:
            if self._state.goes_on():
                raise CatalogError("photos are being indexed already: wait for the end, or stop that run")
            if self._closed:
                raise CatalogError("the server is ending: start it again")
            self._state = RunState(self._state.number + 1, "looking", tuple(folders))
            self._begun = None
            self._thread = Thread(target=self._run, args=(tuple(folders), verify), name="index")
            self._thread.start()
            return self._state

    def wait(self, stop: Event) -> RunState:
        """Wait until no run goes on or `stop` is set, and return the state of the latest run."""
        with self._changed:
            while self._state.goes_on() and not stop.is_set():
                self._changed.wait(LOOK_SECONDS)
            return self._state

    def pause(self) -> RunState:
        """Let the run wait after the photo that it is at; without one that goes on, change nothing."""
        return self._turn_from({"looking", "indexing"}, "paused")

    def resume(self) -> RunState:
        """Let a paused run go on."""
        return self._turn_from({"paused"}, "indexing" if self.state().total else "looking")

    def stop(self) -> RunState:
        """End the run after the photo that it is at; what it counted is kept, and the next run goes on from there."""
        return self._turn_from({"looking", "indexing", "paused"}, "stopping")

    def end(self) -> None:
        """Stop the run and wait for its end; no other one can be started."""
        with self._changed:
            self._closed = True
            thread = self._thread
        self.stop()
        if thread is not None:
            thread.join()

    def _turn_from(self, phases: set[Phase], phase: Phase) -> RunState:
        with self._changed:
            if self._state.phase in phases:
                self._state = replace(self._state, phase=phase, seconds_left=None)
                self._changed.notify_all()
            return self._state

    def _run(self, folders: tuple[Path, ...], verify: bool) -> None:
        try:
            report = self._library.index(folders, verify=verify, progress=self._told)
        except Exception as error:  # the last border of the thread: the page tells what happened
            if not isinstance(error, RecogError):
                told = _logger.isEnabledFor(logging.INFO)
                what = type(error).__name__
                _logger.error("unexpected %s while indexing; --verbose shows the traceback", what, exc_info=told)  # noqa: TRY400
            self._end("failed", error=sentence_of(error))
        else:
            self._end("stopped" if report.interrupted else "ended", report=report)

    def _told(self, progress: IngestProgress) -> None:
        """Note one step; wait while the run is paused, and raise RunStopped if it shall end."""
        with self._changed:
            now = self._clock()
            began, first = self._begun = self._begun or (now, progress.done)
            rate = (progress.done - first) / (now - began) if now > began else None
            phase = self._state.phase
            self._state = replace(
                self._state,
                phase="indexing" if phase == "looking" else phase,
                done=progress.done,
                total=progress.total,
                faces=progress.faces,
                failed=progress.failed,
                rate=rate,
                seconds_left=(progress.total - progress.done) / rate if rate and phase != "paused" else None,
            )
            if self._state.phase == "paused":
                self._changed.wait_for(lambda: self._state.phase != "paused")
                self._begun = began + self._clock() - now, first
            if self._state.phase == "stopping":
                raise RunStopped

    def _end(self, phase: Phase, *, error: str | None = None, report: IngestReport | None = None) -> None:
        with self._changed:
            faces = (
                self._state.faces if report is None else report.faces
            )  # the last batch is stored after the last step
            self._state = replace(self._state, phase=phase, seconds_left=None, error=error, report=report, faces=faces)
            self._changed.notify_all()
