"""Non-maximum suppression: pairs of boxes that overlap too much, and the boxes that greedy suppression keeps."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Boxes: TypeAlias = NDArray[np.float32]
Rows: TypeAlias = NDArray[np.int64]
Pairs: TypeAlias = tuple[Rows, Rows]
"""The better and the worse box of each pair, by row."""

# Windows of one level, 12 pixels wide and 2 apart, that can overlap by more than half (as rows, columns down or right).
# Their corners are rounded to whole pixels, so two apart in one direction can just do so; in both, never.
_NEAR = ((0, 1), (0, 2), (1, -1), (1, 0), (1, 1), (2, 0))
_REACH = 2
_BLOCK = 256
"""Boxes compared with all others at once, which bounds the memory."""


def unsuppressed(count: int, pairs: Pairs) -> NDArray[np.bool_]:
    """Return which boxes are kept, (count,) bool: those that overlap no better kept box too much.

    Greedy suppression is the only labelling with that property. Repeating the rule reaches it in as many rounds as the
    longest chain of pairs has, without a loop over boxes.
    """
    better, worse = pairs
    kept = np.ones(count, np.bool_)
    while True:
        again = np.ones(count, np.bool_)
        again[worse[kept[better]]] = False
        if np.array_equal(again, kept):
            return kept
        kept = again


def neighbouring_pairs(
    levels: Rows, places: Rows, boxes: Boxes, scores: NDArray[np.float32], *, overlap: float
) -> Pairs:
    """Find pairs of P-Net's windows on one level whose intersection over union exceeds `overlap`, at least 0.5.

    levels (n,) ascending, places (n, 2) as row, column on their level, boxes (n, 4), scores (n,). Of equal scores the
    first is better. Only neighbouring windows are compared, because others cannot overlap so much.
    """
    none = np.empty(0, np.int64)
    if not len(boxes):
        return none, none
    row = places[:, 0] + levels * (int(places[:, 0].max()) + 1 + _REACH)
    column = places[:, 1] + _REACH
    grid = np.full((int(row[-1]) + int(places[:, 0].max()) + 1 + _REACH, int(column.max()) + 1 + _REACH), -1, np.int64)
    grid[row, column] = np.arange(len(boxes))
    better, worse = [], []
    for down, right in _NEAR:
        other = grid[row + down, column + right]
        first = np.flatnonzero(other >= 0)
        second = other[first]
        close = _intersection_over_union(boxes[first], boxes[second]) > overlap
        first, second = first[close], second[close]
        wins = (scores[first] > scores[second]) | ((scores[first] == scores[second]) & (first < second))
        better.append(np.where(wins, first, second))
        worse.append(np.where(wins, second, first))
    return np.concatenate(better), np.concatenate(worse)


def overlapping_pairs(boxes: Boxes, *, overlap: float) -> Pairs:
    """Find pairs of boxes (n, 4), best first, whose intersection over union exceeds `overlap`."""
    return _pairs(boxes, _intersection_over_union, overlap)


def covered_pairs(boxes: Boxes, *, overlap: float) -> Pairs:
    """Find pairs of boxes (n, 4), best first, whose common area exceeds `overlap` of the smaller box's area.

    So a box inside another goes, however small it is. Sides are counted inclusively.
    """
    return _pairs(boxes, _coverage, overlap)


def _pairs(boxes: Boxes, measure: Callable[[Boxes, Boxes], NDArray[np.float32]], most: float) -> Pairs:
    found = list(_in_blocks(boxes, measure, most))
    return np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])


def _in_blocks(
    boxes: Boxes, measure: Callable[[Boxes, Boxes], NDArray[np.float32]], most: float
) -> Iterator[tuple[Rows, Rows]]:
    for start in range(0, max(len(boxes), 1), _BLOCK):
        block = boxes[start : start + _BLOCK]
        better, worse = np.nonzero(measure(block[:, None], boxes[None, start:]) > most)
        after = worse > better
        yield better[after] + start, worse[after] + start


def _intersection_over_union(boxes: Boxes, others: Boxes) -> NDArray[np.float32]:
    """(..., 4), (..., 4) -> (...)."""
    common = _common(boxes, others, inclusive=0)
    union = _areas(boxes, inclusive=0) + _areas(others, inclusive=0) - common
    return _ratio(common, union)


def _coverage(boxes: Boxes, others: Boxes) -> NDArray[np.float32]:
    """(..., 4), (..., 4) -> (...)."""
    smaller = np.minimum(_areas(boxes, inclusive=1), _areas(others, inclusive=1))
    common = _common(boxes, others, inclusive=1)
    return _ratio(common, smaller)


def _ratio(part: NDArray[np.float32], whole: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide; 0 for a whole of 0."""
    ratio: NDArray[np.float32] = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return ratio


def _common(boxes: Boxes, others: Boxes, *, inclusive: int) -> NDArray[np.float32]:
    across = np.minimum(boxes[..., 2], others[..., 2]) - np.maximum(boxes[..., 0], others[..., 0]) + inclusive
    down = np.minimum(boxes[..., 3], others[..., 3]) - np.maximum(boxes[..., 1], others[..., 1]) + inclusive
    common: NDArray[np.float32] = np.maximum(across, 0) * np.maximum(down, 0)
    return common


def _areas(boxes: Boxes, *, inclusive: int) -> NDArray[np.float32]:
    areas: NDArray[np.float32] = (boxes[..., 2] - boxes[..., 0] + inclusive) * (
        boxes[..., 3] - boxes[..., 1] + inclusive
    )
    return areas
