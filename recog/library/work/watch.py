"""Watch the work on a queue from beside: how far all workers of all machines are, and whether the catalog answers."""

import time
from collections.abc import Callable

from recog.errors import CatalogError
from recog.library.work.outage import Outage, passes
from recog.library.work.results import QueueProgress
from recog.store.records import QueueOverview

LOOK_SECONDS = 1.0
PAUSE = 20
"""A look at a long queue takes a while: the pause after it is at least so many times as long."""


class QueueWatch:
    """Looks into the queue about once a second, whoever works on it; `progress` is what the last look saw."""

    def __init__(
        self,
        overview: Callable[[], QueueOverview],
        *,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        told: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """progress: gets the files that left the queue since the first look, and all that there were to do.

        told: gets a sentence when the catalog has not answered for some seconds, and one when it does again. clock:
        seconds, which never go back.
        """
        self.progress = QueueProgress()
        self._overview = overview
        self._tell = progress
        self._outage = Outage(told, clock=clock)
        self._clock = clock
        self._next = clock()

    def look(self) -> None:
        """Look into the queue if it is time to."""
        begun = self._clock()
        if begun < self._next:
            return
        try:
            seen = self._overview()
        except CatalogError as error:
            if not passes(error):
                raise
            self._outage.met(error)
        else:
            self._outage.ended()
            self._note(seen)
        now = self._clock()
        self._next = now + max(LOOK_SECONDS, PAUSE * (now - begun))

    def _note(self, seen: QueueOverview) -> None:
        """Keep and tell the progress: files that were queued meanwhile are more to do, and not work undone.

        The count begins anew with what is queued after the queue was empty.
        """
        before = self.progress
        anew = before.done == before.total and seen.files
        done = 0 if anew else before.done + max(0, before.total - before.done - seen.files)
        self.progress = QueueProgress(done, done + seen.files, seen.at_work, seen.workers, seen.machines)
        self._tell(done, done + seen.files)
