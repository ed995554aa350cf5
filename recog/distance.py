"""The one definition of distance between embeddings."""

import numpy as np
from numpy.typing import NDArray

from recog.types import Distances, Embeddings

_UNIT_WITHIN = 2e-6
"""Largest deviation of the squared length of a float32 row from one: ten times the rounding error."""


def squared_distances(probes: Embeddings, gallery: Embeddings) -> Distances:
    """Return the squared Euclidean distance from every probe to every gallery embedding.

    (p, dim), (g, dim) -> (p, g). Unit rows in; 0 (same direction) to 4 (opposite) out: 2 - 2 cos.
    The D of FaceNet, arXiv:1503.03832. Rounding may lose about 1e-6 near zero.
    """
    squared: Distances = np.clip(2.0 - 2.0 * (probes @ gallery.T), 0.0, 4.0)
    return squared


def paired_squared_distances(left: Embeddings, right: Embeddings) -> Distances:
    """Return the squared distance of row i of left to row i of right, (n, dim), (n, dim) -> (n,)."""
    squared: Distances = np.clip(2.0 - 2.0 * np.einsum("nd,nd->n", left, right), 0.0, 4.0)
    return squared


def unit_rows(vectors: Embeddings) -> Embeddings:
    """Scale every row of (n, dim) to length one; ValueError for a row of zeros, with NaN, or too long for its type."""
    with np.errstate(over="ignore"):
        norms: Distances = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all((norms > 0) & (norms < np.inf)):
        raise ValueError("a vector of length zero, NaN or infinity has no direction")
    units: Embeddings = (vectors / norms).astype(np.float32, copy=False)
    return units


def are_unit(vectors: Embeddings) -> NDArray[np.bool_]:
    """Return whether each row of (n, dim) has length one, as `unit_rows` makes it, (n,); a NaN row has not."""
    wide = vectors.astype(np.float64)
    near: NDArray[np.bool_] = np.abs(np.einsum("nd,nd->n", wide, wide) - 1.0) <= _UNIT_WITHIN
    return near
