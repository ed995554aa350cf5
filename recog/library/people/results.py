"""Results of naming people and of changing what was said of them."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.indexing.results import LostWord
from recog.store.records import PastAct
from recog.types import Face, FaceBox, Person


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """`people show NAME`: the person's faces with their photos."""

    person: Person
    faces: tuple[tuple[Face, tuple[Path, ...]], ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`people forget NAME`: what was erased; pictures styled of it stay. complete: no open reader holds old pages."""

    name: str
    faces: int
    complete: bool
    styled: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class EnrolledFace:
    """One photo that now shows a person by name; was: the other person whom a human had called the face until now.

    doubt: why the face keeps its name but lends it to no other face; None where it does.
    """

    path: Path
    face_id: int
    box: FaceBox
    was: str | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What `enrol` did: the person, and the faces now confirmed.

    lost: what was said of faces that are gone from photos that were edited since they were indexed.
    """

    person: Person
    created: bool
    faces: tuple[EnrolledFace, ...]
    lost: tuple[LostWord, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmedFace:
    """A face that is a person's by name now; was: the other person whom a human had called it until now."""

    face_id: int
    was: str | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What `people confirm` did: the person, new or not, and the faces."""

    person: Person
    created: bool
    faces: tuple[ConfirmedFace, ...]


@dataclass(frozen=True, slots=True)
class IgnoredFaces:
    """`people ignore | unignore`: how many faces are ignored in all now."""

    face_ids: tuple[int, ...]
    ignored: bool
    total: int


@dataclass(frozen=True, slots=True)
class DistinctPeople:
    """`people distinct`: two people that are not one, whatever a report thinks."""

    person: Person
    other: Person


@dataclass(frozen=True, slots=True)
class SplitPerson:
    """`people split`: who keeps the name, and the groups of faces, largest first, that are nobody's now."""

    person: Person
    threshold: float
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class History:
    """`people history`: the latest act first."""

    acts: tuple[PastAct, ...]


@dataclass(frozen=True, slots=True)
class Readmitted:
    """`people reset`: the photos that were named, and how many of their faces may be found again."""

    photos: tuple[Path, ...]
    faces: int
