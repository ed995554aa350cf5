"""Vectors and numbers of faces, as the database holds them and as arrays (see recog.store.schema.encoding)."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import ColumnElement, func

from recog.errors import CatalogError
from recog.types import Embeddings, FaceIds

_FLOAT_BYTES = 4


def vector_bytes(vector: Embeddings) -> bytes:
    """(dim,) float32 -> 4 * dim bytes."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def other_length(vector: ColumnElement[bytes], dim: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a stored vector is no blob of so many numbers, asked of the database."""
    return func.length(vector) != dim * _FLOAT_BYTES


def vectors_of(blobs: Sequence[bytes], dim: int) -> Embeddings:
    """N blobs of `vector_bytes` -> (n, dim) float32; n may be 0. A blob of another length is a CatalogError."""
    if other := {*map(len, blobs)} - {_FLOAT_BYTES * dim}:
        raise CatalogError(
            f"a stored vector has {other.pop()} bytes, and those of its network {_FLOAT_BYTES * dim}: "
            "run 'recog check --fix', then 'recog index'"
        )
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(-1, dim).astype(np.float32)


def face_ids_of(ids: Sequence[int]) -> FaceIds:
    """Plain integers -> (n,) int64; n may be 0."""
    return np.asarray(ids, dtype=np.int64)
