"""Edges of a graph that is larger than memory, on the disk, and its pieces, which are clustered one after another.

A piece is a connected component. One of more than `most` nodes is cut: only the nearer half of its edges count, and of
what is still too large again the nearer half, until each piece fits. In a piece that was cut, clusters merge only up to
the largest distance that counted. Average linkage merges nearest first and never brings a merged cluster nearer to a
third one, so merges up to a distance need no edge beyond it: the cut changes nothing of them. The edges that were left
out are tried afterwards, between the clusters that have come of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recog.cluster.scratch import array_on_disk, room_for
from recog.types import Distances

EDGE = np.dtype([("left", "<i4"), ("right", "<i4"), ("apart", "<f4")])
"""Two nodes, left < right, and their linkage."""
READ_AT_ONCE = 1 << 21
"""Edges in memory at once: 24 MB."""
MEDIAN_OF = 1 << 16
"""Edges whose median halves the edges of a piece."""
CUTS = 24
"""Most halvings; what is too large even then is cut into runs of consecutive nodes."""

Rows = NDArray[np.int64]


class EdgeFile:
    """Edges in a file without a name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with room_for(folder, 0):
            self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close()
        self.count = 0

    def append(self, left: Rows, right: Rows, apart: Distances) -> None:
        """Add edges, (e,) each."""
        block = np.empty(len(left), EDGE)
        block["left"], block["right"], block["apart"] = left, right, apart
        with room_for(self._folder, block.nbytes):
            self._file.write(block.tobytes())
        self.count += len(block)

    def blocks(self) -> Iterator[NDArray[Any]]:
        """Yield all edges, (e,) of EDGE, in the order they came."""
        with room_for(self._folder, 0):
            self._file.seek(0)  # writes what is waiting
        for start in range(0, self.count, READ_AT_ONCE):
            some = min(READ_AT_ONCE, self.count - start)
            yield np.frombuffer(self._file.read(some * EDGE.itemsize), EDGE)

    def close(self) -> None:
        """Give the room back."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Pieces:
    """of: the piece of each node, (n,), a node's number. limits: the distance up to which it may merge there, (n,).

    A limit is infinite if no edge was left out for its length. whole is False if a piece was cut.
    """

    of: Rows
    limits: Distances
    whole: bool


def joined(parents: Rows, left: Rows, right: Rows) -> None:
    """Join the sets of a union-find, parents (n,), along edges (e,); the smallest number of a set is its root."""
    while True:
        left, right = _roots(parents, left), _roots(parents, right)
        apart = left != right
        if not apart.any():
            return
        left, right = left[apart], right[apart]
        np.minimum.at(parents, np.maximum(left, right), np.minimum(left, right))


def pieces(edges: EdgeFile, count: int, *, most: int, by_distance: bool = True) -> Pieces:
    """Find the connected components of a graph with `count` nodes, and cut those with more than `most`.

    by_distance: see above; otherwise they are cut into runs of consecutive nodes at once, without a limit.
    """
    limits = np.full(count, np.inf, np.float32)
    of = _components(edges, np.arange(count), limits)
    whole = True
    for _ in range(CUTS if by_distance else 0):
        large = _are_large(of, most)
        if not large.any():
            return Pieces(of, limits, whole)
        whole = False
        nearer = _medians(edges, of, large, limits)
        again = large & np.isfinite(nearer) & (nearer < limits)
        if not again.any():
            break
        limits[again] = nearer[again]
        of = _components(edges, np.where(again, np.arange(count), of), np.where(again, limits, -np.inf))
    large = _are_large(of, most)
    if large.any():
        whole = False
        nodes = np.flatnonzero(large)
        nodes = nodes[np.argsort(of[nodes], kind="stable")]
        first = np.flatnonzero(np.r_[True, np.diff(of[nodes]) != 0])
        place = np.arange(len(nodes)) - np.repeat(first, np.diff(np.r_[first, len(nodes)]))
        of = of.copy()
        of[nodes] = nodes[np.arange(len(nodes)) - place % most]
    return Pieces(of, limits, whole)


def batched(found: Pieces, most: int) -> tuple[Rows, Distances]:
    """Put pieces of several nodes together, up to about `most` nodes of one limit.

    Returns the batch of each node, (n,), negative for nodes alone in a piece, and the limit of each batch, (b,).
    """
    names, sizes = np.unique(found.of, return_counts=True)
    names, sizes = names[sizes > 1], sizes[sizes > 1]
    limits = found.limits[names]
    order = np.lexsort((names, limits))
    names, sizes, limits = names[order], sizes[order], limits[order]
    new_limit = np.r_[True, limits[1:] != limits[:-1]][: len(limits)]
    before = np.cumsum(sizes) - sizes
    start = np.maximum.accumulate(np.where(new_limit, before, 0))
    place = (before - start) // most
    new = new_limit | np.r_[True, place[1:] != place[:-1]][: len(limits)]
    batch_of = np.full(len(found.of), -1, np.int64)
    batch_of[names] = np.cumsum(new) - 1
    return batch_of[found.of], limits[new]


def edges_by_batch(folder: Path, edges: EdgeFile, batches: Rows, pieces: Pieces) -> tuple[NDArray[Any], Rows]:
    """Sort edges within pieces, up to the pieces' limits, by the batch of their nodes, (n,), negative for none.

    Returns the edges, mapped from a file, and the borders between those of the batches, (b + 1,).
    """
    counts = np.zeros(int(batches.max(initial=-1)) + 1, np.int64)
    for block in _within(edges, pieces):
        counts += np.bincount(batches[block["left"]], minlength=len(counts))
    borders = np.cumsum(np.r_[0, counts])
    found, free = array_on_disk(folder, (int(borders[-1]),), EDGE), borders[:-1].copy()
    for block in _within(edges, pieces):
        batch = batches[block["left"]]
        order = np.argsort(batch, kind="stable")
        many = np.bincount(batch, minlength=len(counts))
        start = np.repeat(free - (np.cumsum(many) - many), many)
        found[start + np.arange(len(block))] = block[order]
        free += many
    return found, borders


def _within(edges: EdgeFile, pieces: Pieces) -> Iterator[NDArray[Any]]:
    for block in edges.blocks():
        same = pieces.of[block["left"]] == pieces.of[block["right"]]
        yield block[same & (block["apart"] <= pieces.limits[block["left"]])]


def _components(edges: EdgeFile, parents: Rows, limits: Distances) -> Rows:
    """Return the component of each node, (n,), along edges within the limit of both ends, (n,).

    parents: (n,) the sets there are; nodes with a limit of minus infinity stay where they are.
    """
    for block in edges.blocks():
        left, right = block["left"].astype(np.int64), block["right"].astype(np.int64)
        near = block["apart"] <= np.minimum(limits[left], limits[right])
        joined(parents, left[near], right[near])
    return _roots(parents, np.arange(len(parents)))


def _are_large(of: Rows, most: int) -> NDArray[np.bool_]:
    sizes = np.bincount(of, minlength=len(of))
    return np.asarray(sizes[of] > most)


def _medians(edges: EdgeFile, of: Rows, large: NDArray[np.bool_], limits: Distances) -> Distances:
    """Return, for each node of a large piece, the median of about the piece's edges that count, (n,)."""
    some: list[NDArray[Any]] = []
    step = max(1, edges.count // (64 * MEDIAN_OF))
    for block in edges.blocks():
        counts = large[block["left"]] & (of[block["left"]] == of[block["right"]])
        counts &= block["apart"] <= limits[block["left"]]
        some.append(block[counts][::step])
    sample = np.concatenate(some) if some else np.empty(0, EDGE)
    order = np.lexsort((sample["apart"], of[sample["left"]]))
    piece, apart = of[sample["left"]][order], sample["apart"][order]
    names, first, many = np.unique(piece, return_index=True, return_counts=True)
    medians = np.full(len(of), -np.inf, np.float32)
    medians[names] = apart[first + (many - 1) // 2]
    return np.asarray(medians[of])


def _roots(parents: Rows, nodes: Rows) -> Rows:
    """Return the roots of nodes, (m,), and shorten their ways."""
    found = parents[nodes]
    while not np.array_equal(above := parents[found], found):
        found = above
    parents[nodes] = found
    return found
