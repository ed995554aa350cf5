"""Who is near whom, sparsely: FAISS' nearest neighbours of every row, as edges."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from recog.types import Distances, Embeddings

EXACT_LIMIT = 50_000
"""Rows up to which neighbours are exact; above, inverted lists find nearly all of them in near-linear time."""
LISTS_PER_ROOT = 4.0
LISTS_VISITED = 24
TRAINING_POINTS_PER_LIST = 40
CHUNK = 16_384
"""Rows searched at once: bounds the memory of answers that the threshold then drops."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edges:
    """Undirected edges between rows: left < right, (e,) int64 each, ascending, every pair once; squared (e,)."""

    left: Rows
    right: Rows
    squared: Distances


def near_pairs(vectors: Embeddings, *, k: int, threshold: float, seed: int) -> Edges:
    """Pairs of rows of which one is among the k nearest of the other, at most threshold = 2 - 2 u.v apart.

    vectors: (n, dim), unit embeddings or means of such (shorter than one). For means of clusters, 2 - 2 u.v is the mean
    squared distance between their members. Nearest is by inner product, which for unit rows is the same as by distance.
    """
    if len(vectors) < 2:
        nobody = np.empty(0, np.int64)
        return Edges(nobody, nobody, np.empty(0, np.float32))
    search = _searcher(vectors, seed)
    reach = min(k + 1, len(vectors))  # a row finds itself
    found: list[tuple[Rows, Rows, Distances]] = []
    for start in range(0, len(vectors), CHUNK):
        products, ids = search(vectors[start : start + CHUNK], reach)
        squared = np.clip(2.0 - 2.0 * products, 0.0, None)
        rows = np.repeat(np.arange(start, start + len(ids)), reach).reshape(ids.shape)
        near = (squared <= threshold) & (ids != rows) & (ids != -1)
        found.append((np.minimum(rows, ids)[near], np.maximum(rows, ids)[near], squared[near]))
    left, right, squared = (np.concatenate(part) for part in zip(*found, strict=True))
    _, first = np.unique(left * len(vectors) + right, return_index=True)
    return Edges(left[first], right[first], squared[first].astype(np.float32, copy=False))


def _searcher(vectors: Embeddings, seed: int) -> Callable[[Embeddings, int], tuple[Distances, Rows]]:
    if len(vectors) <= EXACT_LIMIT:
        index: Any = faiss.IndexFlatIP(vectors.shape[1])
    else:
        nlist = round(LISTS_PER_ROOT * sqrt(len(vectors)))
        quantizer = faiss.IndexFlatIP(vectors.shape[1])
        index = faiss.IndexIVFFlat(quantizer, vectors.shape[1], nlist, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed = seed
        index.cp.spherical = True
        index.cp.min_points_per_centroid = 1
        index.cp.max_points_per_centroid = TRAINING_POINTS_PER_LIST
        index.nprobe = LISTS_VISITED
        index.train(vectors)
    index.add(vectors)

    def search(probes: Embeddings, reach: int) -> tuple[Distances, Rows]:
        products, ids = index.search(probes, reach)
        return products, ids

    return search
