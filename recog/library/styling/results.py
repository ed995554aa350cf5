"""Results of styling: frozen records that render/ turns into text, JSON and HTML."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.indexing.results import FailedPhoto
from recog.store.styling import StyleJob


@dataclass(frozen=True, slots=True)
class StylingProgress:
    """One optimiser step of a running `style run`, at picture number `picture` (from 1) of `pictures`.

    cost: total cost after `step` of `steps`. message: what the user should know about the picture, usually empty.
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
    """The summary of a `style run`. Each requested picture is in one of made, kept and failed, unless interrupted.

    made: finished by this run. kept: finished by an earlier run. failed: jobs that ended without a picture, each with
    its message. unreadable: photos without a job, because they cannot be read. seconds: wall time. interrupted: stopped
    by Ctrl-C; the next run continues.
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
    """`style list`: all jobs, the oldest first."""

    jobs: tuple[StyleJob, ...]


@dataclass(frozen=True, slots=True)
class ClearedJobs:
    """`style clear`: how many jobs were dropped; their pictures stay."""

    jobs: int


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A picture for a page: the bytes of a JPEG, and its width and height in pixels."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """A finished job with its pictures, styles in the job's order. A picture that cannot be shown any more is None."""

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
