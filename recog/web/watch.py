"""Watch the indexed folders of a served library, in a thread that a page starts and stops."""

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread

from recog.errors import CatalogError
from recog.library.photo_library import PhotoLibrary
from recog.library.watching.changes import PACE, Changes, Pace
from recog.library.watching.naming import NewNames
from recog.web.failures import sentence_of
from recog.web.folder_choice import known_folders
from recog.web.index_runs import IndexRuns

KEPT = 5
"""The latest sentences that the page shows."""
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchState:
    """Whether the indexed folders are watched, and the latest that is to be said of it."""

    on: bool
    told: tuple[str, ...] = ()


class FolderWatch:
    """Starts index runs when something changes in the indexed folders; a run that a user started goes first."""

    def __init__(self, library: PhotoLibrary, runs: IndexRuns, *, pace: Pace = PACE) -> None:
        self._library = library
        self._runs = runs
        self._pace = pace
        self._names = NewNames(library)
        self._lock = Lock()  # guards the rest
        self._state = WatchState(on=False)
        self._stop = Event()
        self._thread: Thread | None = None

    def state(self) -> WatchState:
        """Return whether folders are watched."""
        with self._lock:
            return self._state

    def start(self) -> WatchState:
        """Watch all folders that were indexed on this machine, also those that will be."""
        with self._lock:
            if not self._state.on:
                self._state = WatchState(on=True)
                self._stop = Event()
                self._thread = Thread(target=self._follow, args=(self._stop,), name="watch")
                self._thread.start()
            return self._state

    def end(self) -> None:
        """Watch no more; an index run that goes on stays."""
        with self._lock:
            self._stop.set()
            thread, self._thread = self._thread, None
            self._state = WatchState(on=False)
        if thread is not None:
            thread.join()

    def _follow(self, stop: Event) -> None:
        changes = Changes(lambda: known_folders(self._library), told=self._tell, pace=self._pace)
        try:
            changes.follow(lambda due: self._index(due, stop), stop)
        except Exception as error:  # the last border of the thread: the page tells what happened
            told = _logger.isEnabledFor(logging.INFO)
            what = type(error).__name__
            _logger.error("unexpected %s while watching; --verbose shows the traceback", what, exc_info=told)  # noqa: TRY400
            self._tell(f"{sentence_of(error)}: nothing is watched any more")

    def _index(self, due: tuple[Path, ...], stop: Event) -> None:
        if self._runs.state().goes_on():
            raise CatalogError("photos are being indexed already")
        number = self._runs.start(due).number
        state = self._runs.wait(stop)
        if state.number == number and state.phase == "failed":
            raise CatalogError(state.error or "the index run failed")
        if state.report is not None and not stop.is_set():
            self._names.after(state.report)

    def _tell(self, sentence: str) -> None:
        with self._lock:
            told = (*self._state.told, sentence)[-KEPT:]
            self._state = WatchState(self._state.on, told)
