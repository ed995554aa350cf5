"""A photo as it comes out of its file: pixels, and what the file says of its date."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from recog.arrays import Pixels


class DateSource(StrEnum):
    """The source of a photo's date, surest first."""

    EXIF_ORIGINAL = "exif_original"
    """EXIF's DateTimeOriginal: the camera, when the shutter opened."""
    EXIF_DIGITIZED = "exif_digitized"
    """EXIF's DateTimeDigitized: the camera or the scanner."""
    EXIF_CHANGED = "exif_changed"
    """EXIF's DateTime: whatever wrote the file last."""
    GPS = "gps"
    XMP = "xmp"
    IPTC = "iptc"
    CONTAINER = "container"
    """The metadata of a video."""
    FILE_NAME = "file_name"
    FILE_TIME = "file_time"
    """When the file was last changed."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of whole pixels of the full upright photo, inside it; right and bottom are open."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Span:
    """When a track is seen, in seconds from the beginning of its video: first and last frame, and the best one."""

    first: float
    last: float
    best: float


@dataclass(frozen=True, slots=True)
class Reduced:
    """Say how a photo's pixels were reduced, and how to get full pixels.

    factor is 2, 4 or 8: pixel (x, y) shows the square of `factor` pixels a side at (factor * x, factor * y) of the full
    upright photo. width and height are those of the full upright photo. areas decodes the photo again and returns the
    full pixels of each area, (h, w, 3) uint8; it raises PhotoError if that is impossible by now, and is thread-safe.
    """

    factor: int
    width: int
    height: int
    areas: Callable[[Sequence[Area]], list[Pixels]]


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """A photo read once: its identity (digest of the file's bytes) and its upright pixels.

    taken_at is aware where its offset from UTC is known, else the camera's local time; taken_from says where it stands.
    incomplete: the file ends early or lacks scans; what is missing of the pixels is grey, or coarser than it was.
    reduced is None if the pixels are in full resolution. moves: the file is an animation, of which this is the first
    frame.
    """

    sha256: str
    pixels: Pixels
    format: str
    taken_at: datetime | None
    incomplete: bool = False
    taken_from: DateSource | None = None
    reduced: Reduced | None = field(default=None, repr=False)
    moves: bool = False

    @property
    def width(self) -> int:
        """Of the full upright photo, in pixels."""
        return self.reduced.width if self.reduced else self.pixels.shape[1]

    @property
    def height(self) -> int:
        """Of the full upright photo, in pixels."""
        return self.reduced.height if self.reduced else self.pixels.shape[0]
