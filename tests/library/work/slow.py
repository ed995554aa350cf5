"""A painted library whose photos take a while, so that there is time to kill whoever looks at them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from recog.config import Settings
from recog.library.work.queue import Queue
from recog.types import Detector, FaceBox, Pixels
from tests.painted import CellDetector, PaintedLibrary, PaintedNetworks

PHOTO_SECONDS = 0.1


class SlowDetector(CellDetector):
    """Takes so many seconds for each photo."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """One box a bright cell."""
        time.sleep(self._seconds)
        return super().detect(pixels)


class SlowNetworks(PaintedNetworks):
    """Painted networks with a slow detector."""

    def __init__(self, settings: Settings, seconds: float = PHOTO_SECONDS) -> None:
        super().__init__(settings)
        self.seconds = seconds

    @cached_property
    def detector(self) -> Detector:
        """Cells, slowly."""
        return SlowDetector(self.seconds)


@contextmanager
def slow_queue(settings: Settings) -> Iterator[Queue]:
    """Open the queue of a painted library whose photos take a while."""
    with PaintedLibrary(settings, networks=SlowNetworks(settings)) as library:
        yield library.queue
