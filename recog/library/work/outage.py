"""Say once that the catalog does not answer, and once that it is back."""

import time
from collections.abc import Callable, Hashable

from recog.errors import CatalogError, CatalogForbiddenError, CatalogUnusableError, LibraryBusyError, LibraryDiskError

PATIENCE_SECONDS = 300.0
"""How long a worker waits for a catalog that cannot be reached."""
RETRY_SECONDS = 2.0
"""Seconds after which a worker tries again."""
BACK = "the database answers again: the work goes on"
SILENT_SECONDS = 2.0
"""An outage is told if it lasts for so many seconds: a server that restarts is not worth a line."""


def passes(error: CatalogError) -> bool:
    """Return whether a catalog that raised the error may do what was asked a moment later."""
    return isinstance(error, CatalogUnusableError | LibraryBusyError | LibraryDiskError) and not isinstance(
        error, CatalogForbiddenError
    )


class Outage:
    """Tells when the catalog has not answered for some seconds, and when it does again."""

    def __init__(self, told: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds, which never go back."""
        self._told = told
        self._clock = clock
        self._since: float | None = None
        self._was_told = False

    def met(self, error: CatalogError) -> None:
        """Note that the catalog could not be reached; tell so once an outage lasts."""
        now = self._clock()
        if self._since is None:
            self._since = now
        if not self._was_told and now - self._since >= SILENT_SECONDS:
            self._was_told = True
            minutes = PATIENCE_SECONDS / 60
            self._told(f"waiting up to {minutes:.0f} minutes for the database (Ctrl-C ends the work): {error}")

    def ended(self) -> None:
        """Note that the catalog does what it is asked; tell so if its outage was told."""
        if self._was_told:
            self._told(BACK)
        self._since, self._was_told = None, False


class SharedOutage:
    """Tells as one the outages that several workers tell."""

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._waiting: set[Hashable] = set()

    def heard(self, worker: Hashable, sentence: str) -> None:
        """Pass on a sentence of an Outage, if it is the first worker's to wait, or the last one's to go on."""
        if sentence != BACK:
            first = not self._waiting
            self._waiting.add(worker)
            if first:
                self._told(sentence)
        elif worker in self._waiting:
            self.gone(worker)
            if not self._waiting:
                self._told(BACK)

    def gone(self, worker: Hashable) -> None:
        """Forget a worker that has ended."""
        self._waiting.discard(worker)
