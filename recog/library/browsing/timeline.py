"""What a timeline of photos answers: a page of photos, the shape of all of them, and the folders they are in."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recog.store.records import FailedFile, PhotoShape
from recog.types import Photo

MOST_RATIO = 65_535


@dataclass(frozen=True, slots=True)
class TimelineMonth:
    """A month, 'YYYY-MM', or None for photos without a date, and how many photos it has."""

    month: str | None
    photos: int


@dataclass(frozen=True, slots=True)
class ListedPhoto:
    """A photo of the timeline, and how many faces were found on it."""

    photo: Photo
    faces: int


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """Photos from place `start` of the timeline on (0 is the newest), of `all`; months are those of all of them."""

    all: int
    start: int
    photos: tuple[ListedPhoto, ...]
    months: tuple[TimelineMonth, ...]


@dataclass(frozen=True, slots=True)
class PhotoLayout:
    """What it takes to lay out all photos of a timeline, newest first, packed because there may be 100,000.

    Each array is the base64 of little-endian numbers, one a photo: numbers holds float64; ratios holds uint16, width
    through height in thousandths, at most 65,535; days holds uint8, the day of the month, 0 without a date.
    """

    months: tuple[TimelineMonth, ...]
    numbers: str
    ratios: str
    days: str


@dataclass(frozen=True, slots=True)
class PhotoFolder:
    """A folder that directly holds photos, and how many files of it show one."""

    path: Path
    files: int


@dataclass(frozen=True, slots=True)
class FailedFiles:
    """Files that could not be used as photos, by path, from place `start` on, of `all`."""

    all: int
    start: int
    files: tuple[FailedFile, ...]


def layout_of(shapes: Sequence[PhotoShape]) -> PhotoLayout:
    """Pack the shapes of photos, which are in the order of the timeline."""
    months: dict[str | None, int] = {}
    for _, _, _, date in shapes:
        month = None if date is None else date[:7]
        months[month] = months.get(month, 0) + 1
    ratios = [min(MOST_RATIO, max(1, round(1000 * width / height))) for _, width, height, _ in shapes]
    return PhotoLayout(
        tuple(TimelineMonth(month, photos) for month, photos in months.items()),
        _packed([shape[0] for shape in shapes], "<f8"),
        _packed(ratios, "<u2"),
        _packed([0 if shape[3] is None else int(shape[3][8:10]) for shape in shapes], "u1"),
    )


def _packed(values: Sequence[int], kind: str) -> str:
    return base64.b64encode(np.array(values, np.dtype(kind)).tobytes()).decode("ascii")
