"""A sparse neighbour graph: the pairs of rows that are near each other, as edges."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from recog.distance import unit_rows
from recog.types import Distances, Embeddings

EXACT_PAIRS = 1_000_000_000
"""Up to this number all products are computed; above it, only those of rows in neighbouring cells."""
TRAINING_ROWS_PER_CELL = 40
ENTRIES = 1 << 23
"""Products held at once: 32 MB."""
ASSIGNED_AT_ONCE = 1 << 20
"""Rows that are assigned to cells at once."""
CROWD = 4
"""If a row has many neighbours, about CROWD * k of them at even intervals are searched for the k nearest."""

Rows = NDArray[np.int64]
Keep = Callable[[Rows, Rows, Distances], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Search:
    """The width of an approximate search: cells that each row visits, and rounds of k-means that make the cells."""

    visits: int
    iterations: int


WIDE = Search(visits=8, iterations=8)
"""For faces of one person; the cells need not be good ones."""
CLOSE = Search(visits=4, iterations=4)
"""For rows that hardly differ, because these nearly always share a cell: it finds all of 4,000 pairs 0.05 apart among
101,000 made-up faces, in half the time of the wide search."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Undirected edges between rows: left < right, (e,) int64 each, ascending, every pair once.

    crowded: rows that had more than k near rows in one block, of which only k are included.
    """

    left: Rows
    right: Rows
    crowded: Rows


@dataclass(frozen=True, slots=True)
class Block:
    """Pairs of near rows: ends and others (e,) int64, with their products (e,); a pair may come from both its ends.

    crowded: see Edges.
    """

    ends: Rows
    others: Rows
    products: Distances
    crowded: Rows


def near_pairs(
    vectors: Embeddings,
    *,
    k: int,
    within: float | Distances,
    seed: int,
    among: Rows | None = None,
    keep: Keep | None = None,
    search: Search = WIDE,
) -> Edges:
    """Find the pairs of rows with 2 - 2 u.v of at most `within`; of a row with more than k, about the k nearest.

    vectors: (n, dim) unit embeddings, or means of these (shorter than one). For means of clusters, 2 - 2 u.v is the
    mean squared distance between their members. within: one limit, or one a row, (n,); a pair must meet those of both
    its rows. among: (m,) ascending rows; each pair has one of them; None for all. keep: called with left, right and
    products of pairs, (e,) each; returns which of them count. The result is exact up to EXACT_PAIRS products; above
    that, the search finds nearly all pairs.
    """
    lefts, rights, crowds = ([np.empty(0, np.int64)] for _ in range(3))
    for block in near_blocks(vectors, k=k, within=within, seed=seed, among=among, keep=keep, search=search):
        lefts.append(np.minimum(block.ends, block.others))
        rights.append(np.maximum(block.ends, block.others))
        crowds.append(block.crowded)
    base = max(len(vectors), 1)
    left, right = np.divmod(np.unique(np.concatenate(lefts) * base + np.concatenate(rights)), base)
    return Edges(left, right, np.unique(np.concatenate(crowds)))


def near_blocks(
    vectors: Embeddings,
    *,
    k: int,
    within: float | Distances,
    seed: int,
    among: Rows | None = None,
    keep: Keep | None = None,
    search: Search = WIDE,
) -> Iterator[Block]:
    """Yield what `near_pairs` finds, block by block; vectors may be mapped from a file, of which little is read."""
    targets = np.arange(len(vectors)) if among is None else among
    limits = np.broadcast_to(np.asarray(1.0 - np.asarray(within) / 2.0, np.float32), (len(vectors),))
    exact = len(vectors) * len(targets) <= EXACT_PAIRS
    blocks = _all_blocks(targets, len(vectors)) if exact else _cells(vectors, targets, seed, search)
    for rows, columns in blocks:
        products = vectors[rows] @ vectors[columns].T
        near = products >= max(limits[rows].min(), limits[columns].min())
        over = np.flatnonzero(np.count_nonzero(near, axis=1) > k + 1)  # a row finds itself
        if over.size:
            near[over] = _nearest(products[over], near[over], k + 1)
        at, to = np.divmod(np.flatnonzero(near), len(columns))
        ends, others, found = rows[at], columns[to], products[at, to]
        good = (ends != others) & (found >= np.maximum(limits[ends], limits[others]))
        if keep is not None:
            good[good] = keep(ends[good], others[good], found[good])
        yield Block(ends[good], others[good], found[good], rows[over])


def _nearest(products: Distances, near: NDArray[np.bool_], k: int) -> NDArray[np.bool_]:
    """Select about the k largest products of each row, for rows that each have more than k near ones."""
    step = max(1, int(np.count_nonzero(near, axis=1).min()) // (CROWD * k))
    sample = np.where(near[:, ::step], products[:, ::step], -np.inf)
    best = np.argpartition(-sample, min(k, sample.shape[1]) - 1, axis=1)[:, :k]
    chosen = np.zeros(near.shape, np.bool_)
    np.put_along_axis(chosen, best * step, np.isfinite(np.take_along_axis(sample, best, axis=1)), axis=1)
    return chosen


def _all_blocks(targets: Rows, count: int) -> Iterator[tuple[Rows, Rows]]:
    """Yield each target with each row; few pairs of two targets come twice."""
    everybody = np.arange(count)
    others = np.setdiff1d(everybody, targets, assume_unique=True)
    step = max(1, ENTRIES // max(count, 1))
    for start in range(0, len(targets), step):
        rows = targets[start : start + step]
        yield rows, np.concatenate([targets[: start + step], others])


def _cells(vectors: Embeddings, targets: Rows, seed: int, search: Search) -> Iterator[tuple[Rows, Rows]]:
    """Yield the targets of each cell with the rows for which the cell is one of the nearest."""
    import faiss

    count = round(sqrt(search.visits * len(targets)))
    trainer: Any = faiss.Kmeans(
        vectors.shape[1], count, niter=search.iterations, seed=seed, spherical=True, min_points_per_centroid=1,
        max_points_per_centroid=TRAINING_ROWS_PER_CELL,
    )  # fmt: skip
    trainer.train(unit_rows(vectors[targets[_drawn(len(targets), count * TRAINING_ROWS_PER_CELL, seed)]]))
    cells = np.empty((len(vectors), search.visits), np.int32)
    for start in range(0, len(vectors), ASSIGNED_AT_ONCE):
        rows = np.ascontiguousarray(vectors[start : start + ASSIGNED_AT_ONCE])
        _, nearest = faiss.knn(rows, np.asarray(trainer.centroids), search.visits, metric=faiss.METRIC_INNER_PRODUCT)
        cells[start : start + len(rows)] = nearest
    home = np.argsort(cells[targets, 0], kind="stable")
    homes = np.split(targets[home], np.searchsorted(cells[targets, 0][home], np.arange(1, count)))
    visits = np.argsort(cells, axis=None, kind="stable")
    borders = np.searchsorted(cells.ravel()[visits], np.arange(1, count))
    del cells
    visits //= search.visits
    visitors = np.split(visits, borders)
    for inside, around in zip(homes, visitors, strict=True):
        step = max(1, ENTRIES // max(len(around), 1))
        for start in range(0, len(inside), step):
            yield inside[start : start + step], around


def _drawn(count: int, most: int, seed: int) -> Rows:
    """Return the rows that FAISS trains with if it is given more than `most`, (r,): it would copy all of them."""
    import faiss

    if count <= most:
        return np.arange(count)
    order, untyped = np.empty(count, np.int32), cast(Any, faiss)
    untyped.rand_perm(untyped.swig_ptr(order), count, seed)
    return order[:most].astype(np.int64)
