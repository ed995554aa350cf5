"""What `report map` answers."""

from dataclasses import dataclass

from recog.types import NetworkInfo


@dataclass(frozen=True, slots=True)
class MappedFace:
    """A face on the map: x, y from 0 to 1, y upwards; person is None where nobody is named."""

    face_id: int
    x: float
    y: float
    person: str | None
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class FaceMap:
    """`report map`: person is None for the whole library; all_faces counts more than those shown where sampled."""

    person: str | None
    network: NetworkInfo
    faces: tuple[MappedFace, ...]
    all_faces: int
    seed: int
