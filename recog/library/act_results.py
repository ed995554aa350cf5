"""What the acts of humans on faces and people answer, beyond the person they are about."""

from dataclasses import dataclass
from pathlib import Path

from recog.library.results import LostWord
from recog.quality import Shortfall
from recog.store.records import PastAct
from recog.types import Face, FaceBox, Match, Person


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
class FaceReasons:
    """`people why`: all that decides the name of one face.

    nearest is the best candidate among people that the face may be (rejected are those it may not), whether or not it
    is near enough; probability the calibrated one that it is right. embedded is False where this network has not seen
    the face. second: another face of the photo is that person, which this one could only be too within the threshold.
    shortfalls: why it is too poor to found a cluster, left_out: even to join one; empty where it is not. doubt: why it
    gets no name by distance and lends none, None where it may; nearest is None then.
    """

    face: Face
    paths: tuple[Path, ...]
    person: Person | None
    ignored: bool
    rejected: tuple[str, ...]
    nearest: Match | None
    nearest_person: Person | None
    probability: float
    threshold: float
    embedded: bool
    shortfalls: tuple[Shortfall, ...]
    left_out: tuple[Shortfall, ...]
    second: bool = False
    doubt: str | None = None


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
