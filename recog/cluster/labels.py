"""The input check and the numbering that all clusterings use."""

import numpy as np
from numpy.typing import NDArray

from recog.types import Embeddings

UNIT_TOLERANCE = 1e-3


def checked_rows(embeddings: Embeddings) -> Embeddings:
    """Return the rows, C-contiguous; ValueError if they are not (n, dim) float32 of unit length."""
    if embeddings.ndim != 2 or embeddings.dtype != np.float32:
        raise ValueError(f"embeddings are (n, dim) float32, not {embeddings.shape} {embeddings.dtype}")
    lengths = np.sqrt(np.einsum("nd,nd->n", embeddings, embeddings))
    if not np.all(np.abs(lengths - 1.0) <= UNIT_TOLERANCE):  # NaN fails too
        raise ValueError("embeddings have length one, and some rows do not")
    return np.ascontiguousarray(embeddings)


def numbered(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Turn group numbers (n,) into labels (n,): 0 is the largest group, ties by first row, -1 for groups of one."""
    if not groups.size:
        return groups.copy()
    _, first, places, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    labels = np.empty(len(sizes), np.int64)
    labels[order] = np.arange(len(sizes))
    labels[sizes == 1] = -1
    return labels[places]
