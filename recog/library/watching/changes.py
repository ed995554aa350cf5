"""Tell when something changed in folders: by the system's events, or by looking again where it sends none."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from recog.errors import NoPhotosFoundError, RecogError
from recog.library.watching.mounts import network_type


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between the steps of a watch.

    tick: looks at the clock, and at which folders exist. settle: without a change before an index run; longest: until a
    run though changes go on. poll: runs of folders that send no events. retry: after a run that could not be made.
    """

    tick: float = 1.0
    settle: float = 3.0
    longest: float = 60.0
    poll: float = 600.0
    retry: float = 30.0


PACE = Pace()


class Changes:
    """Watches folders, which may vanish and come back, and says which ones are due for an index run.

    Every folder is due at first, so what changed while nothing watched is found. A folder that is not there is never
    due. A run that fails is tried again.
    """

    def __init__(
        self,
        folders: Callable[[], Sequence[Path]],
        *,
        told: Callable[[str], None],
        pace: Pace = PACE,
        network: Callable[[Path], str | None] = network_type,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch what `folders` returns at every tick. told takes sentences; network names the type of a share."""
        self._folders = folders
        self._told = told
        self._pace = pace
        self._network = network
        self._clock = clock
        self._due: set[Path] = set()
        self._polled: set[Path] = set()
        self._polled_at = clock()
        self._first = self._last = self._polled_at - pace.longest  # the first run waits for nothing
        self._not_before = self._polled_at

    def follow(self, index: Callable[[tuple[Path, ...]], None], stop: Event) -> None:
        """Call `index` with folders that are due, until `stop` is set; a RecogError of it is told and retried."""
        there = self._there()
        self._due |= set(there)
        while not stop.is_set():
            watched = self._events_of(there)
            for changed in self._noticed(watched, stop):
                self._note(changed)
                self._run(index)
                before, there = there, self._there()
                if there != before:  # some vanished, came, or came back
                    self._note([folder for folder, identity in there.items() if before.get(folder) != identity])
                if there != before or self._polled.intersection(watched):
                    break

    def _there(self) -> dict[Path, tuple[int, int]]:
        """Return the folders that are there, with device and number of each."""
        return {folder: found for folder in self._folders() if (found := _identity(folder)) is not None}

    def _events_of(self, there: Collection[Path]) -> list[Path]:
        """Return the folders that send events; the others are polled, which is said once of each."""
        for folder in there:
            if folder not in self._polled and (kind := self._network(folder)) is not None:
                self._poll(folder, f"{kind} sends no events of what other machines change")
        return [folder for folder in there if folder not in self._polled]

    def _poll(self, folder: Path, why: str) -> None:
        self._polled.add(folder)
        self._told(f"{folder} is looked through every {self._pace.poll / 60:g} minutes, because {why}")

    def _noticed(self, watched: Sequence[Path], stop: Event) -> Iterator[set[Path]]:
        """Yield the folders in which something changed, at least every tick."""
        if not watched:
            while not stop.wait(self._pace.tick):
                yield set()
            return
        milliseconds = round(self._pace.tick * 1000)
        roots = {folder.resolve(): folder for folder in watched}
        events = watch(
            *roots,
            watch_filter=None,
            debounce=milliseconds,
            rust_timeout=milliseconds,
            yield_on_timeout=True,
            stop_event=stop,
            ignore_permission_denied=True,
        )
        try:
            for changes in events:
                paths = [Path(path) for _, path in _shown(changes)]
                yield {folder for root, folder in roots.items() if any(one.is_relative_to(root) for one in paths)}
        except FileNotFoundError:  # one vanished before it was watched; the next round looks anew
            stop.wait(self._pace.tick)
        except OSError as error:
            for folder in watched:
                self._poll(folder, f"the system cannot watch it ({error}); on Linux, raise fs.inotify.max_user_watches")

    def _note(self, changed: Collection[Path]) -> None:
        now = self._clock()
        if self._polled and now - self._polled_at >= self._pace.poll:
            self._polled_at = now
            self._due |= self._polled
        if changed:
            if not self._due:
                self._first = now
            self._last = now
            self._due |= set(changed)

    def _run(self, index: Callable[[tuple[Path, ...]], None]) -> None:
        now, pace = self._clock(), self._pace
        due = tuple(sorted(folder for folder in self._due if folder.is_dir()))
        ready = now - self._last >= pace.settle or now - self._first >= pace.longest
        if not due or not ready or now < self._not_before:
            return
        self._due -= set(due)
        try:
            self._indexed(index, due)
        except RecogError as error:
            self._due |= set(due)
            self._not_before = self._clock() + pace.retry
            self._told(f"{error}; tried again in {pace.retry:g} seconds")

    def _indexed(self, index: Callable[[tuple[Path, ...]], None], due: tuple[Path, ...]) -> None:
        """Index folders; a new one without a photo waits for its first, and keeps no other one waiting."""
        try:
            index(due)
        except NoPhotosFoundError as error:
            if len(due) == 1:
                self._told(str(error))
                return
            for folder in due:
                self._indexed(index, (folder,))


def _shown(changes: Collection[tuple[Change, str]]) -> Iterator[tuple[Change, str]]:
    """Yield the changes of what is not hidden: programs write hidden files beside photos all the time."""
    for change, path in changes:
        if not Path(path).name.startswith("."):
            yield change, path


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return device and number of a folder; None if it is not there."""
    with suppress(OSError):
        status = folder.stat()
        return status.st_dev, status.st_ino
    return None
