"""Results of identifying, verifying and searching, and what is told of the vector index."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from recog.lookalikes import Likeness
from recog.quality import Shortfall
from recog.types import Face, FaceBox, Match, Person, Span, Verification


class IndexPlace(StrEnum):
    """Where a vector index is kept."""

    FILE = "file"
    """In a file of this machine, beside the catalog."""
    MEMORY = "memory"
    """In the memory of this process alone."""
    SERVER = "server"
    """In the database, with the catalog."""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The vector index: its kind ('flat', 'ivf' or 'hnsw'), where it is searched and kept, how far behind its file is.

    device is 'cpu', 'cuda' or 'server'. published is the directory of the file, None where there is none (yet); behind
    counts changes of the catalog.
    """

    kind: str
    device: str
    faces: int
    published: Path | None
    behind: int
    place: IndexPlace = IndexPlace.FILE


@dataclass(frozen=True, slots=True)
class MatchReport:
    """`identify --all`: faces of the library that got a name by distance, per person, and those left unknown."""

    matched: tuple[tuple[Person, int], ...]
    unknown: int
    seconds: float


@dataclass(frozen=True, slots=True)
class VerifiedPair:
    """`verify A B`; right is a path or a person's name."""

    left: Path
    right: Path | str
    left_box: FaceBox
    right_box: FaceBox | None
    verification: Verification


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face of the library near a probe, with where it is and who it is.

    probability is the calibrated one that both are one person; None where the detector is unsure of one of the two,
    because the distance then says nothing. doubt: why, if it is unsure of this face.
    """

    face: Face
    squared_distance: float
    probability: float | None
    paths: tuple[Path, ...]
    person: Person | None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class FaceSearch:
    """The nearest faces of one face of the probe photo. number counts faces from the left, from 1.

    doubt: why their distances say nothing, None where they do.
    """

    number: int
    box: FaceBox
    found: tuple[FoundFace, ...]
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`search PHOTO`: every face of the photo with its neighbours."""

    path: Path
    faces: tuple[FaceSearch, ...]


@dataclass(frozen=True, slots=True)
class PossiblePerson:
    """One of the people between whom only a human can decide.

    squared_distance: of the person's nearest face; None if those of others are nearer than all that were compared.
    """

    person: Person
    squared_distance: float | None


@dataclass(frozen=True, slots=True)
class Identification:
    """One face of a probe photo, named or unknown (person None).

    nearest is the best candidate whether or not it was near enough; probability is the calibrated one that nearest is
    right; threshold the squared distance up to which a name is given. number counts faces from the left, from 1.
    face_id is the library's number of the face, None where the photo, or the face, is not in it; ignored: as there.
    doubt: why the face gets no name by distance, whoever is near; nearest is None then, and probability 0. A name that
    a human confirmed holds all the same. span: when the face is seen, if it is a track of a video. candidates:
    the people between whom only a human can decide because of their likeness, the nearest first; person is None then.
    """

    number: int
    box: FaceBox
    person: Person | None
    nearest: Match | None
    nearest_person: Person | None
    probability: float
    threshold: float
    face_id: int | None = None
    ignored: bool = False
    doubt: str | None = None
    span: Span | None = None
    likeness: Likeness | None = None
    candidates: tuple[PossiblePerson, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentifiedPhoto:
    """All faces of one probe photo, from left to right, or the tracks of a video in the order in which they begin."""

    path: Path
    faces: tuple[Identification, ...]


@dataclass(frozen=True, slots=True)
class FaceReasons:
    """`people why`: all that decides the name of one face.

    nearest is the best candidate among people that the face may be (rejected are those it may not), whether or not it
    is near enough; probability the calibrated one that it is right. embedded is False where this network has not seen
    the face. second: another face of the photo is that person, which this one could only be too within the threshold.
    shortfalls: why it is too poor to found a cluster, left_out: even to join one; empty where it is not. doubt: why it
    gets no name by distance and lends none, None where it may; nearest is None then. likeness, candidates: see
    Identification.
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
    likeness: Likeness | None = None
    candidates: tuple[PossiblePerson, ...] = ()
