"""k-means cells of the library: a coarse map for browsing, which says nothing about identity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.cluster.labels import checked_rows
from recog.distance import unit_rows
from recog.types import Distances, Embeddings

ITERATIONS = 25
SAMPLE = 5_000
"""Largest number of faces on which k is estimated."""
CANDIDATES = 14
"""Number of values of k that are tried."""


@dataclass(frozen=True, slots=True)
class KMeansResult:
    """labels (n,) int64 in 0..k-1, 0 the largest cell; centroids (k, dim) of unit length; reason: why this k."""

    labels: NDArray[np.int64]
    centroids: Embeddings
    k: int
    reason: str


def k_means(embeddings: Embeddings, k: int | None, *, seed: int) -> KMeansResult:
    """Group (n, dim) unit embeddings into cells around k unit centroids by FAISS's spherical k-means; none is empty.

    k is the number of cells, not of people: k-means splits people with many photos and merges people with few, even
    with the true number of people (pairwise F 0.07 on LFW). To find people, use identity clusters.

    If k is None, it is estimated: the k with the best mean simplified silhouette on at most 5,000 faces, out of a
    geometric sequence from 2 to half of them. The silhouette of a face is (b - a) / max(a, b), with a and b its
    distances to its own and to the second nearest centroid (Hruschka et al. 2004), 0 for a face alone in its cell
    (Rousseeuw 1987). If there are fewer different faces than k, there are fewer cells, and the reason says so.
    Deterministic for a seed on one machine.

    Raises:
        ValueError: k below 1, or embeddings not (n, dim) float32 of unit length.
    """
    embeddings = checked_rows(embeddings)
    if k is not None and k < 1:
        raise ValueError(f"k is at least 1, not {k}")
    if not len(embeddings):
        return KMeansResult(np.empty(0, np.int64), embeddings.copy(), 0, "k = 0: there is no face")
    distinct = len(np.unique(embeddings, axis=0))
    if k is None:
        k, reason = _estimated(embeddings, distinct, seed)
    elif k > distinct:
        reason = f"k = {distinct} instead of {k}: there are only {distinct} different faces"
        k = distinct
    else:
        reason = f"k = {k} as asked"
    centroids = _centroids(embeddings, k, seed)
    labels, _ = _nearest(embeddings, centroids)
    names, places, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if len(names) < k:
        reason += f"; {k - len(names)} cells stayed empty and are left out"
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return KMeansResult(rank[places], centroids[names][order], len(names), reason)


def _estimated(embeddings: Embeddings, distinct: int, seed: int) -> tuple[int, str]:
    sample = embeddings
    if len(embeddings) > SAMPLE:
        sample = embeddings[np.sort(np.random.default_rng(seed).choice(len(embeddings), SAMPLE, replace=False))]
        distinct = len(np.unique(sample, axis=0))
    most = min(len(sample) // 2, distinct)
    if most < 2:
        return 1, f"k = 1: {distinct} different face{'s' * (distinct != 1)} among {len(embeddings)}"
    tried = np.unique(np.geomspace(2, most, CANDIDATES).round().astype(int)).tolist()
    scores = [simplified_silhouette(sample, _centroids(sample, k, seed)) for k in tried]
    best = int(np.argmax(scores))
    return tried[best], (
        f"k = {tried[best]}: best simplified silhouette ({scores[best]:.2f}) among {', '.join(map(str, tried))} "
        f"on {len(sample)} faces"
    )


def simplified_silhouette(embeddings: Embeddings, centroids: Embeddings) -> float:
    """Return the mean silhouette of (n, dim) rows, -1 to 1, from distances to (k >= 2, dim) centroids only."""
    labels, squared = _nearest(embeddings, centroids, 2)
    own, other = np.sqrt(squared[:, 0]), np.sqrt(squared[:, 1])
    silhouettes = np.where(other > 0, 1.0 - own / np.maximum(other, np.finfo(np.float32).tiny), 0.0)
    silhouettes[np.bincount(labels)[labels] == 1] = 0.0
    return float(silhouettes.mean())


def _centroids(embeddings: Embeddings, k: int, seed: int) -> Embeddings:
    """Return (k, dim) unit centroids. FAISS samples 256 points a centroid; below 39 it would warn on stderr."""
    import faiss

    kmeans = faiss.Kmeans(
        embeddings.shape[1], k, niter=ITERATIONS, seed=seed, spherical=True, verbose=False, min_points_per_centroid=1
    )
    kmeans.train(embeddings)
    return unit_rows(np.asarray(kmeans.centroids, np.float32))


def _nearest(embeddings: Embeddings, centroids: Embeddings, count: int = 1) -> tuple[NDArray[np.int64], Distances]:
    """Return the nearest centroid of each row, (n,), and the squared distances to the `count` nearest, (n, count)."""
    import faiss

    products, ids = faiss.knn(embeddings, centroids, count, metric=faiss.METRIC_INNER_PRODUCT)
    squared: Distances = np.clip(2.0 - 2.0 * products, 0.0, 4.0)
    return ids[:, 0], squared
