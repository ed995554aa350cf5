"""What leaves and enters, and what became of it."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.exchange.regions import Region
from recog.types import Origin


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
class LeftOut:
    """A file that was left as it is, and why, in a few words."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class NamesExport:
    """`people export`: where the names went. files counts what was written: one file of names, or sidecars."""

    path: Path
    people: int
    faces: int
    files: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A name that found no face: source is the file that says it, reason why in a few words."""

    person: str
    source: Path
    reason: str


@dataclass(frozen=True, slots=True)
class NameConflict:
    """A face that a human calls otherwise here; it was left so, or renamed where that was asked for."""

    person: str
    confirmed: str
    face_id: int
    source: Path


@dataclass(frozen=True, slots=True)
class NamesImport:
    """`people import`. Counts are faces: confirmed now, named so already, passed over (not named by a human).

    created: people who were not in the library. conflicts: faces that bear another confirmed name; replaced says
    whether they were renamed. unreadable: files that are no names at all.
    """

    confirmed: int
    already: int
    passed_over: int
    created: tuple[str, ...]
    conflicts: tuple[NameConflict, ...]
    replaced: bool
    unmatched: tuple[Unmatched, ...]
    unreadable: tuple[LeftOut, ...]
