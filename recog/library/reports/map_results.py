"""Results of maps of faces."""

from dataclasses import dataclass

from recog.types import NetworkInfo


@dataclass(frozen=True, slots=True)
class MappedFace:
    """A face on the map. x, y: 0 to 1, y upwards. person: None for a face without a name."""

    face_id: int
    x: float
    y: float
    person: str | None
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class FaceMap:
    """`report map`. person: None for the whole library.

    added: number of faces that were not on the kept map. kept: False if their places could not be written, because
    another process was writing or the database may only be read. Of many faces, some have an empty thumbnail.
    """

    person: str | None
    network: NetworkInfo
    faces: tuple[MappedFace, ...]
    added: int
    kept: bool
    seed: int


@dataclass(frozen=True, slots=True)
class MappedPerson:
    """Somebody who has faces on the map."""

    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class MapPlaces:
    """The kept map of the library, packed because there may be 100,000 faces.

    Each array is the base64 of little-endian numbers, one a face: face_ids holds float64; x and y hold uint16, 0 to
    65,535, y upwards; person_ids holds float64, -1 for nobody. people: those with most faces first. missing: number of
    faces that `report map` has not placed yet.
    """

    face_ids: str
    x: str
    y: str
    person_ids: str
    people: tuple[MappedPerson, ...]
    faces: int
    missing: int
