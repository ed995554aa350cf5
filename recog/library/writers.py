"""Let the threads of one library write one after the other, while other processes are kept out."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock, RLock

from recog.store.writer_lock import WriterLock


class Writers:
    """The writers of one library: threads of this process, and the lock that excludes other processes.

    A turn is one act, such as naming faces: the next writer waits for its end. A job is a long run, such as indexing:
    the next job waits for its end, but other threads may take turns between its own. Whoever does either holds the
    library's WriterLock. A turn may be taken inside a job or inside another turn of the same thread; a job must not be
    begun inside a turn.
    """

    def __init__(self) -> None:
        self._jobs = RLock()
        self._turn = RLock()
        self._count = Lock()  # guards the next two
        self._holders = 0
        self._held = ExitStack()
        self._turns = 0

    @contextmanager
    def turn(self, lock: AbstractContextManager[object]) -> Iterator[int]:
        """Write while other threads wait; LibraryBusyError if another process writes. Gives the turn's number."""
        with self._turn, self._holding(lock):
            self._turns += 1
            yield self._turns

    @contextmanager
    def job(self, lock: WriterLock) -> Iterator[None]:
        """Keep other processes and other jobs out; each write inside takes a turn."""
        with self._jobs, self._holding(lock):
            yield

    @contextmanager
    def _holding(self, lock: AbstractContextManager[object]) -> Iterator[None]:
        """Take the lock of processes for the first of the threads that need it; the last one lets it go."""
        with self._count:
            if not self._holders:
                self._held.enter_context(lock)
            self._holders += 1
        try:
            yield
        finally:
            with self._count:
                self._holders -= 1
                if not self._holders:
                    self._held.close()
