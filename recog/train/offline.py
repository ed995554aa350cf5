"""Offline triplets: mined from the whole training set with the newest weights, then drawn step by step."""

import faiss
import numpy as np
from numpy.typing import NDArray

from recog.evaluate.labelled_faces import Labels
from recog.types import Embeddings

Triplets = NDArray[np.int64]


def mine_triplets(
    embeddings: Embeddings, labels: Labels, *, margin: float, squared: bool = True, negatives: int = 50
) -> Triplets:
    """Return the nearest semi-hard negative of every ordered anchor-positive pair, (n, dim) and (n,) -> (t, 3) rows.

    Semi-hard means D(a, p) < D(a, n) < D(a, p) + margin, as in triplets. The candidates are the `negatives` rows of
    other people nearest to the anchor, which exact FAISS search finds; a pair without a semi-hard candidate gives no
    triplet. Ties go to the lower row.

    FaceNet (arXiv:1503.03832) 3.1: "generate triplets offline every n steps, using the most recent network checkpoint".
    Departure: all pairs with semi-hard negatives instead of the arg max and arg min, because on wrong labels those are
    the wrong labels.
    """
    if len(embeddings) == 0:
        return np.empty((0, 3), dtype=np.int64)
    found = _nearest_others(embeddings, labels, count=negatives)
    parts = [np.empty((0, 3), dtype=np.int64)]
    for person in np.unique(labels):
        rows = np.flatnonzero(labels == person)
        anchor, positive = (rows[side] for side in np.nonzero(~np.eye(len(rows), dtype=np.bool_)))
        place = np.searchsorted(rows, anchor)
        others = found[anchor]  # (pairs, negatives), padded with -1
        to_others = _distances(embeddings, rows, found[rows], squared=squared)[place]
        to_positive = _distances(embeddings, anchor, positive[:, None], squared=squared)
        usable = (others >= 0) & (to_positive < to_others) & (to_others < to_positive + margin)
        best = np.where(usable, to_others, np.inf).argmin(axis=1)
        kept = usable[np.arange(len(anchor)), best]
        negative = others[np.arange(len(anchor)), best]
        parts.append(np.stack([anchor, positive, negative], axis=1)[kept])
    return np.concatenate(parts)


def draw_triplets(pool: Triplets, *, count: int, seed: int, step: int) -> Triplets:
    """Draw `count` triplets of the pool, or all of a smaller pool, (count, 3): the same for a seed and a step."""
    random = np.random.default_rng((seed, step))
    return pool[random.choice(len(pool), size=min(count, len(pool)), replace=False)]


def _nearest_others(embeddings: Embeddings, labels: Labels, *, count: int) -> NDArray[np.int64]:
    """Return the rows of other people nearest to each row, (n, up to count), nearest first, padded with -1.

    Ties go to the lower row. The flat index is searched as deep as the largest person has rows, plus `count`: at that
    depth enough rows of other people are always found.
    """
    rows = np.ascontiguousarray(embeddings, dtype=np.float32)
    index = faiss.IndexFlatL2(rows.shape[1])
    index.add(rows)
    depth = min(len(rows), int(np.bincount(np.unique(labels, return_inverse=True)[1]).max()) + count)
    distances, neighbours = index.search(rows, depth)
    order = np.lexsort((neighbours, distances), axis=1)
    neighbours = np.take_along_axis(neighbours, order, axis=1)
    strangers = labels[neighbours] != labels[:, None]
    place = np.cumsum(strangers, axis=1)
    found = np.full((len(rows), min(count, depth)), -1, dtype=np.int64)
    row, column = np.nonzero(strangers & (place <= count))
    found[row, place[row, column] - 1] = neighbours[row, column]
    return found


def _distances(
    embeddings: Embeddings, anchors: NDArray[np.int64], others: NDArray[np.int64], *, squared: bool
) -> NDArray[np.float64]:
    """Return the distances of anchors (m,) to their others (m, k), (m, k); rows need not be of unit length."""
    left, right = embeddings[anchors].astype(np.float64), embeddings[others].astype(np.float64)
    distances: NDArray[np.float64] = np.square(left[:, None] - right).sum(axis=2)
    return distances if squared else np.sqrt(distances)
