"""Vectors and numbers of faces, as the database holds them and as arrays (see recog.store.schema.encoding)."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import ColumnElement, func

from recog.errors import CatalogError, WayOut
from recog.types import Embeddings, FaceIds

_FLOAT_BYTES = 4


def vector_bytes(vector: Embeddings) -> bytes:
    """Encode a vector (dim,) float32 as 4 * dim bytes."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def other_length(vector: ColumnElement[bytes], dim: ColumnElement[int]) -> ColumnElement[bool]:
    """Make the SQL condition that a stored vector has another length than its network's dimension."""
    return func.length(vector) != dim * _FLOAT_BYTES


def vectors_of(blobs: Sequence[bytes], dim: int) -> Embeddings:
    """Decode n blobs of `vector_bytes` into (n, dim) float32, n >= 0; a blob of another length is a CatalogError."""
    if other := {*map(len, blobs)} - {_FLOAT_BYTES * dim}:
        raise CatalogError(
            f"a stored vector has {other.pop()} bytes, and those of its network {_FLOAT_BYTES * dim}",
            way_out=WayOut.FIX_THEN_INDEX,
        )
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(-1, dim).astype(np.float32)


def face_ids_of(ids: Sequence[int]) -> FaceIds:
    """Turn plain integers into (n,) int64, n >= 0."""
    return np.asarray(ids, dtype=np.int64)
