"""What leaves and enters, and what became of it."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.exchange.regions import Region
from recog.types import Origin

NO_PHOTO = "the photo is not in the library"
"""Why a name finds no face."""


@dataclass(frozen=True, slots=True)
class NamedFace:
    """A face with a name, as a file of names holds it; region is of the upright photo.

    photo is the SHA-256 of the photo's bytes: what the face is found by. path is where the photo was, for people to
    read. by: a human (confirmed) or recog by distance (matched).
    """

    region: Region
    by: Origin
    photo: str
    path: Path | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class RefusedFace:
    """A face that a human said is not the person of the region's name, or, without a name, that nobody cares for."""

    region: Region
    photo: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Names:
    """What a file of names holds. CSV has no place for rejected and ignored faces."""

    faces: tuple[NamedFace, ...]
    rejected: tuple[RefusedFace, ...] = ()
    ignored: tuple[RefusedFace, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was left as it is, and why, in a few words."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class ReplacedName:
    """A name of another program in a sidecar, for a face that a human calls otherwise here, and the name now there."""

    sidecar: Path
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class NamesExport:
    """`people export`: where the names went, None for sidecars beside the photos.

    files counts what holds them: one file of names, or sidecars. rejected: how often a face is said not to be somebody;
    ignored: faces that nobody cares for. Both are in JSON only. replaced: names of other programs, in sidecars beside
    the photos.
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
    """A name that found no face: source is the file that says it, reason why in a few words.

    alike: the name that somebody has here, and that is nearly this one; None if the reason is another.
    """

    person: str
    source: Path
    reason: str
    alike: str | None = None


@dataclass(frozen=True, slots=True)
class NameConflict:
    """A face of which a human says otherwise here; it was left so, or renamed where that was asked for.

    person: what the file says it is, confirmed: what it is here; each a name, "not" and a name, or "ignored".
    """

    person: str
    confirmed: str
    face_id: int
    source: Path


@dataclass(frozen=True, slots=True)
class NamesImport:
    """`people import`. Counts are faces: confirmed now, named so already, passed over (not named by a human).

    created: people who were not in the library. conflicts: faces that bear another confirmed name, are not this person
    or are ignored here; replaced says whether they were renamed. rejected, ignored: now, by what the file rejects and
    ignores; kept: faces that it rejects or ignores and a human named so here, which stay so whatever was asked for.
    unreadable: files that are no names at all.
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
