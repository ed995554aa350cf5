"""What the styling use cases answer: frozen records that render/ turns into text, JSON and HTML."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.indexing.results import FailedPhoto
from recog.store.styling import StyleJob


@dataclass(frozen=True, slots=True)
class StylingProgress:
    """One optimiser step of a running `style run`: picture number `picture` (from 1) of `pictures`.

    cost is the total one after `step` of `steps`. message is what the user should know of the picture, mostly nothing.
    """

    picture: int
    pictures: int
    step: int
    steps: int
    cost: float
    photo: Path
    styles: tuple[Path, ...]
    message: str


@dataclass(frozen=True, slots=True)
class StylingReport:
    """The summary of a `style run`; each picture asked for is in one of made, kept and failed, unless interrupted.

    made: finished by this run. kept: there already, made by an earlier one. failed: jobs that ended without a picture,
    each with its message. unreadable: photos of which there is no job, for they cannot even be read. seconds is wall
    time. interrupted: stopped by Ctrl-C; run again and it goes on.
    """

    folder: Path
    made: tuple[StyleJob, ...]
    kept: tuple[StyleJob, ...]
    failed: tuple[StyleJob, ...]
    unreadable: tuple[FailedPhoto, ...]
    seconds: float
    interrupted: bool


@dataclass(frozen=True, slots=True)
class StyleJobs:
    """`style list`: every job, the oldest first."""

    jobs: tuple[StyleJob, ...]


@dataclass(frozen=True, slots=True)
class ClearedJobs:
    """`style clear`: how many jobs were dropped; their pictures stay."""

    jobs: int


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A picture for a page: the bytes of a JPEG, and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """A finished job with its pictures, the styles in the job's order; None where one cannot be shown any more."""

    job: StyleJob
    content: SmallPicture | None
    styles: tuple[SmallPicture | None, ...]
    result: SmallPicture | None


@dataclass(frozen=True, slots=True)
class StyleGallery:
    """`style gallery`: the finished pictures, the latest first. created: ISO 8601 with offset."""

    library: str
    created: str
    entries: tuple[GalleryEntry, ...]
