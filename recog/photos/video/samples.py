"""What is known of a video, and the frames of it that are looked at."""

from dataclasses import dataclass
from datetime import datetime

from recog.types import Pixels


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What is known of a video before its frames are decoded: seconds from the first frame to the end of the last.

    width and height are those of the upright frames as they are shown; taken_at is aware if the offset is known.
    """

    duration: float
    width: int
    height: int
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Beat:
    """Even frames of the beginning of a video: `rate` a second for `seconds`, however alike they are."""

    rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame: seconds from the first one, and upright sRGB pixels (h, w, 3) uint8.

    pixels is None if the frame looks like the sample before. cut: another scene begins here.
    """

    at: float
    pixels: Pixels | None
    cut: bool
