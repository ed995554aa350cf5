"""What `identify` answers of a photo."""

from dataclasses import dataclass
from pathlib import Path

from recog.types import FaceBox, Match, Person


@dataclass(frozen=True, slots=True)
class Identification:
    """One face of a probe photo, named or unknown (person None).

    nearest is the best candidate whether or not it was near enough; probability is the calibrated one that nearest is
    right; threshold the squared distance up to which a name is given. number counts faces from the left, from 1.
    face_id is the library's number of the face, None where the photo, or the face, is not in it; ignored: as there.
    doubt: why the face gets no name by distance, whoever is near; nearest is None then, and probability 0. A name that
    a human confirmed holds all the same.
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


@dataclass(frozen=True, slots=True)
class IdentifiedPhoto:
    """All faces of one probe photo, from left to right."""

    path: Path
    faces: tuple[Identification, ...]
