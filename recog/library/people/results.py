"""Results of naming people and of changing names."""

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
    """`people forget NAME`: what was erased. complete: no open reader holds old pages. styled: pictures that stay."""

    name: str
    faces: int
    complete: bool
    styled: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class EnrolledFace:
    """A photo whose face is now confirmed as a person. was: the other person that a human had confirmed before.

    doubt: why the face keeps its name but does not pass it on to other faces; None if it passes it on.
    """

    path: Path
    face_id: int
    box: FaceBox
    was: str | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """`enrol`: the person, and the faces that are now confirmed.

    lost: decisions about faces that are gone, because their photos were edited since they were indexed.
    """

    person: Person
    created: bool
    faces: tuple[EnrolledFace, ...]
    lost: tuple[LostWord, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmedFace:
    """A face that is now confirmed as a person. was: the other person that a human had confirmed before."""

    face_id: int
    was: str | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`people confirm`: the person, whether they are new, and the faces."""

    person: Person
    created: bool
    faces: tuple[ConfirmedFace, ...]


@dataclass(frozen=True, slots=True)
class MarkedFace:
    """`people mark`: the person, whether they are new, and the face.

    added: false if the library knew a face there already. was: the other person that a human had confirmed before.
    doubt: why the face keeps its name but does not pass it on to other faces; None if it passes it on.
    """

    person: Person
    created: bool
    face: Face
    added: bool
    was: str | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class IgnoredFaces:
    """`people ignore | unignore`. total: number of all ignored faces now."""

    face_ids: tuple[int, ...]
    ignored: bool
    total: int


@dataclass(frozen=True, slots=True)
class DistinctPeople:
    """`people distinct`: two people whom no report calls duplicates any more."""

    person: Person
    other: Person


@dataclass(frozen=True, slots=True)
class TwinPeople:
    """`people twins`: two people. twins: whether recog asks about every face of theirs from now on."""

    person: Person
    other: Person
    twins: bool


@dataclass(frozen=True, slots=True)
class SplitPerson:
    """`people split`: the person who keeps the name, and the groups of faces without one now, the largest first."""

    person: Person
    threshold: float
    groups: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A person who looks like another one. squared_distance: see `similar`. distinct: the user said they are two.

    twins: the user said that they are twins.
    """

    person: Person
    squared_distance: float
    distinct: bool
    twins: bool = False


@dataclass(frozen=True, slots=True)
class SimilarPeople:
    """`people similar NAME`: who looks like a person, the most alike first."""

    person: Person
    similar: tuple[LookAlike, ...]


@dataclass(frozen=True, slots=True)
class History:
    """`people history`: the latest act first."""

    acts: tuple[PastAct, ...]


@dataclass(frozen=True, slots=True)
class ResetPhotos:
    """`people reset`: the given photos, and the number of their forgotten faces that may be found again."""

    photos: tuple[Path, ...]
    faces: int
