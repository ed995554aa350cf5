"""Checks of what FAISS would accept and answer wrongly: NaN, wrong shapes, vectors not of unit length."""

import numpy as np

from recog.types import Embeddings, FaceIds

UNIT_TOLERANCE = 1e-3
"""Largest deviation of a length from one; float32 rounding of 128 squares is a thousand times smaller."""
_LEAST, _MOST = (1.0 - UNIT_TOLERANCE) ** 2, (1.0 + UNIT_TOLERANCE) ** 2
"""Limits of squared lengths."""


def checked_embeddings(embeddings: Embeddings, *, dim: int) -> Embeddings:
    """Return the rows, C-contiguous; ValueError if they are not (n, dim) float32 of unit length."""
    if embeddings.dtype != np.float32:
        raise ValueError(f"embeddings are float32, not {embeddings.dtype}")
    if embeddings.ndim != 2 or embeddings.shape[1] != dim:
        raise ValueError(f"embeddings have shape (n, {dim}), not {embeddings.shape}")
    squares = np.einsum("nd,nd->n", embeddings, embeddings)
    if not ((squares >= _LEAST) & (squares <= _MOST)).all():  # written so that NaN is wrong too
        lengths = np.sqrt(squares)
        wrong = np.flatnonzero(~((squares >= _LEAST) & (squares <= _MOST)))
        raise ValueError(
            f"embeddings have length one, but row {wrong[0]} has length {lengths[wrong[0]]} ({wrong.size} such rows)"
        )
    return np.ascontiguousarray(embeddings)


def checked_ids(face_ids: FaceIds, *, rows: int | None = None) -> FaceIds:
    """Return the ids, C-contiguous; ValueError if they are not (rows,) int64, or one is negative."""
    if face_ids.dtype != np.int64:
        raise ValueError(f"face ids are int64, not {face_ids.dtype}")
    if face_ids.ndim != 1 or (rows is not None and len(face_ids) != rows):
        raise ValueError(f"face ids have shape ({'n' if rows is None else rows},), not {face_ids.shape}")
    if face_ids.size and face_ids.min() < 0:
        raise ValueError(f"face ids are not negative, but {face_ids.min()} is")
    return np.ascontiguousarray(face_ids)


def sorted_distinct(face_ids: FaceIds) -> FaceIds:
    """Return the ids ascending; ValueError if one comes twice (FAISS would answer with either vector)."""
    ascending: FaceIds = np.sort(face_ids)
    twice = ascending[1:][ascending[1:] == ascending[:-1]]
    if twice.size:
        raise ValueError(f"face {twice[0]} is there twice ({twice.size} such ids)")
    return ascending


def held(face_ids: FaceIds, ascending: FaceIds) -> FaceIds:
    """Return those of face_ids that are in `ascending`, in the order of face_ids."""
    if not ascending.size:
        return face_ids[:0]
    places = np.minimum(np.searchsorted(ascending, face_ids), len(ascending) - 1)
    present: FaceIds = face_ids[ascending[places] == face_ids]
    return present
