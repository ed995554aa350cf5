"""Records of exports and imports, and their results."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.exchange.regions import Region
from recog.types import Origin

NO_PHOTO = "the photo is not in the library"
"""Why a name finds no face."""


@dataclass(frozen=True, slots=True)
class NamedFace:
    """A face with a name, as a file of names holds it; region refers to the upright photo.

    photo: SHA-256 of the photo's bytes, by which the face is found. path: where the photo was, only for people to read.
    by: a human (confirmed) or recog, by distance (matched). drawn: a human drew the face on the photo.
    """

    region: Region
    by: Origin
    photo: str
    path: Path | None
    hidden: bool
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class RefusedFace:
    """A face that a human rejected for the name of the region or, if the name is empty, ignored."""

    region: Region
    photo: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Names:
    """The contents of a file of names. CSV has no place for rejected and ignored faces."""

    faces: tuple[NamedFace, ...]
    rejected: tuple[RefusedFace, ...] = ()
    ignored: tuple[RefusedFace, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not read or written, and why, in a few words."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class ReplacedName:
    """A name of another program in a sidecar that was replaced, because a human named the face otherwise here."""

    sidecar: Path
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class NamesExport:
    """`people export`: where the names were written, None for sidecars beside the photos.

    files: files written, one file of names or the sidecars. rejected: rejections, one per face and person. ignored:
    ignored faces. Both are written to JSON only. replaced: names of other programs that were replaced in sidecars
    beside the photos.
    """

    path: Path | None
    people: int
    faces: int
    files: int
    left_out: tuple[LeftOut, ...]
    rejected: int = 0
    ignored: int = 0
    replaced: tuple[ReplacedName, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A name that found no face. source: the file with the name. reason: why, in a few words.

    alike: the name of a person here that is nearly this one; None if the reason is another.
    """

    person: str
    source: Path
    reason: str
    alike: str | None = None


@dataclass(frozen=True, slots=True)
class NameConflict:
    """A face that a human named otherwise here; it keeps its name unless replacing was asked for.

    person: what the file says of the face. confirmed: what a human says here. Each is a name, "not" and a name, or
    "ignored".
    """

    person: str
    confirmed: str
    face_id: int
    source: Path


@dataclass(frozen=True, slots=True)
class NamesImport:
    """`people import`. Counts are faces: confirmed now, already named so, passed over (not named by a human).

    created: people who were not in the library. conflicts: faces that have another confirmed name, are rejected for
    this person or are ignored here; `replaced` says whether they were renamed. rejected, ignored: faces rejected and
    ignored now because the file does so. kept: faces that the file rejects or ignores but a human named so here; they
    always keep their name. unreadable: files that could not be read. drawn: how many of the faces that are confirmed
    now were drawn, because no detector had found a face there.
    """

    confirmed: int
    already: int
    passed_over: int
    created: tuple[str, ...]
    conflicts: tuple[NameConflict, ...]
    replaced: bool
    unmatched: tuple[Unmatched, ...]
    unreadable: tuple[LeftOut, ...]
    rejected: int = 0
    ignored: int = 0
    kept: tuple[NameConflict, ...] = ()
    drawn: int = 0
