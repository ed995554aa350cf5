"""Name new faces of a library that is too large to name them with every index run."""

import time
from collections.abc import Callable

from recog.library.indexing.results import IngestReport
from recog.library.photo_library import PhotoLibrary

PAUSE_SECONDS = 3600.0
"""Naming looks at every face of the library, so watched folders name at most so often."""


class NewNames:
    """Names the faces that index runs found, at most every hour; a small library has done so by itself."""

    def __init__(self, library: PhotoLibrary, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._library = library
        self._clock = clock
        self._pending = False
        self._named_at: float | None = None

    def after(self, report: IngestReport) -> None:
        """Name faces now if this run, or one since the latest naming, found some and enough time went by."""
        people = self._library.people
        self._pending = (self._pending or report.faces > 0) and not people.matched_at_once
        now = self._clock()
        if self._pending and (self._named_at is None or now - self._named_at >= PAUSE_SECONDS):
            people.match_all()
            self._pending, self._named_at = False, now
