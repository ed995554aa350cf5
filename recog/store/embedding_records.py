"""Arrays of faces that come out of the catalog: embeddings, owners, and what users said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a catalog without arrays of faces is used without numpy
    import numpy as np
    from numpy.typing import NDArray

    from recog.types import Embeddings, FaceIds


@dataclass(frozen=True, slots=True)
class EmbeddingRows:
    """A batch of embeddings in the order they were stored; the next batch starts after last_id.

    face_ids (n,) int64, embeddings (n, dim) float32, row by row.
    """

    last_id: int
    face_ids: FaceIds
    embeddings: Embeddings


@dataclass(frozen=True, slots=True)
class EmbeddingMark:
    """State of one network's embeddings; an index with the same mark holds what the catalog holds.

    Both ids are 0 if nothing was ever stored or removed.
    """

    count: int
    last_embedding_id: int
    last_removal_id: int


@dataclass(frozen=True, slots=True)
class Owners:
    """Photo and person of every face of the catalog, by face number.

    face_ids (n,) int64 ascending, photo_ids (n,) int64, person_ids (n,) int64 with -1 for nobody, confirmed (n,) bool.
    scenes (n,) int64: two faces of one scene are rarely one person; a photo is one, and each track of a video another,
    because somebody may come and go in a video.
    """

    face_ids: FaceIds
    photo_ids: FaceIds
    person_ids: FaceIds
    confirmed: NDArray[np.bool_]
    scenes: FaceIds


@dataclass(frozen=True, slots=True)
class Gallery:
    """The confirmed faces that probes are compared with.

    face_ids (n,) int64, person_ids (n,) int64, embeddings (n, dim) float32, row by row; n may be 0.
    """

    face_ids: FaceIds
    person_ids: FaceIds
    embeddings: Embeddings


@dataclass(frozen=True, slots=True)
class ToldFaces:
    """Faces that users confirmed, rejected or ignored and that have an embedding of one network.

    face_ids and photo_ids (n,) int64, embeddings (n, dim) float32, row by row; n may be 0.
    """

    face_ids: FaceIds
    photo_ids: FaceIds
    embeddings: Embeddings
