"""Compare faces of the library: the nearest ones of a face, and whether two are one person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recog import identify as decide
from recog.errors import CatalogError, UnknownNumberError
from recog.library.networks import Networks
from recog.library.recognition.results import FoundFace
from recog.library.recognition.vector_index import Searchable
from recog.library.recognition.verify import refuse_doubted
from recog.quality import doubt_of
from recog.store.catalog import Catalog
from recog.types import Calibration, Embeddings, Face, FaceBox, Neighbour, Verification


@dataclass(frozen=True, slots=True)
class FaceNeighbours:
    """The faces of the library nearest to one of them, nearest first; the face itself is left out."""

    face: Face
    found: tuple[FoundFace, ...]


def neighbours(catalog: Catalog, networks: Networks, index: Searchable, face_id: int, *, k: int) -> FaceNeighbours:
    """Return the k faces of the library nearest to one of them."""
    face, embedding = _embedded(catalog, networks, face_id)
    near = [one for one in index.search(embedding, k + 1)[0] if one.face_id != face_id][:k]
    return FaceNeighbours(face, found_faces(catalog, networks.calibration, near, of=face.box))


def compare(catalog: Catalog, networks: Networks, face_id: int, other: int) -> Verification:
    """Are two faces one person? DoubtedFaceError if the detector is unsure of one of them."""
    (left, one), (right, two) = (_embedded(catalog, networks, asked) for asked in (face_id, other))
    for face in (left, right):
        refuse_doubted(face.box, f"face {face.id}")
    return decide.verify(one[0], two[0], networks.calibration)


def found_faces(
    catalog: Catalog, calibration: Calibration, near: Sequence[Neighbour], *, of: FaceBox
) -> tuple[FoundFace, ...]:
    """Return neighbours of a face with their photos and people; faces that others dropped meanwhile are left out."""
    unsure = doubt_of(of) is not None
    faces = catalog.faces.by_ids(one.face_id for one in near)
    paths = catalog.files.paths({face.photo_id for face in faces.values()})
    people = catalog.people.by_ids(face.person_id for face in faces.values() if face.person_id is not None)
    return tuple(
        FoundFace(
            face=face,
            squared_distance=one.squared_distance,
            probability=None
            if unsure or doubt_of(face.box) is not None
            else decide.probability(one.squared_distance, calibration),
            paths=tuple(paths.get(face.photo_id, ())),
            person=people.get(face.person_id) if face.person_id is not None else None,
            doubt=doubt_of(face.box),
        )
        for one in near
        if (face := faces.get(one.face_id)) is not None
    )


def _embedded(catalog: Catalog, networks: Networks, face_id: int) -> tuple[Face, Embeddings]:
    """Return a face with its embedding, (1, dim)."""
    face = catalog.faces.by_ids([face_id]).get(face_id)
    if face is None:
        raise UnknownNumberError(f"no face has the number {face_id}: its photo was removed, or found anew since")
    _, embedding = catalog.embeddings.of_faces([face_id], networks.info.sha256)
    if not len(embedding):
        raise CatalogError(f"the network {networks.info.name} has not seen face {face_id}: index its photo again")
    return face, np.ascontiguousarray(embedding)
