"""What gives way to what, beside loops over all pairs."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recog.detect.cascade import STRIDE, WINDOW, scales
from recog.detect.suppression import covered_pairs, neighbouring_pairs, overlapping_pairs, unsuppressed

Box = list[float]


def shared(one: Box, other: Box, inclusive: float) -> float:
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]) + inclusive)
    return across * max(0.0, min(one[3], other[3]) - max(one[1], other[1]) + inclusive)


def area(box: Box, inclusive: float) -> float:
    return (box[2] - box[0] + inclusive) * (box[3] - box[1] + inclusive)


def covered(one: Box, other: Box) -> float:
    """Common area over the smaller one's, sides counted inclusively."""
    return shared(one, other, 1) / min(area(one, 1), area(other, 1))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    common = shared(one, other, 0)
    return common / (area(one, 0) + area(other, 0) - common)


def random_boxes(count: int, seed: int) -> NDArray[np.float32]:
    corners = np.random.default_rng(seed).integers(0, 20, (count, 2))
    sides = np.random.default_rng(seed + 1).integers(3, 15, (count, 2))
    return np.concatenate([corners, corners + sides], axis=1).astype(np.float32).reshape(-1, 4)


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 1000))
def test_suppression_keeps_what_the_greedy_loop_keeps(count: int, seed: int) -> None:
    boxes = random_boxes(count, seed)
    for pairs, measure in ((covered_pairs, covered), (overlapping_pairs, overlap)):
        slow: list[int] = []
        for place, box in enumerate(boxes.tolist()):
            if all(measure(boxes[better].tolist(), box) <= 0.6 for better in slow):
                slow.append(place)
        kept = unsuppressed(count, pairs(boxes, overlap=0.6))
        assert np.flatnonzero(kept).tolist() == slow


def test_boxes_are_compared_across_the_blocks_that_bound_the_memory() -> None:
    """A thousand boxes far apart, and each of them once more: the second ones go."""
    corners = np.arange(1000, dtype=np.float32)[:, None] * 10 + np.zeros(2, np.float32)
    boxes = np.tile(np.concatenate([corners, corners + 5], axis=1), (2, 1))
    for pairs in (covered_pairs, overlapping_pairs):
        assert np.flatnonzero(unsuppressed(2000, pairs(boxes, overlap=0.7))).tolist() == list(range(1000))


def test_a_chain_of_covers_is_followed_to_its_end() -> None:
    """The second goes by the first, so the third, covered by the second alone, stays; and so on."""
    boxes = np.array([[4 * i, 0, 4 * i + 15, 15] for i in range(6)], np.float32)
    assert unsuppressed(6, covered_pairs(boxes, overlap=0.7)).tolist() == [True, False, True, False, True, False]


@settings(deadline=None, max_examples=60)
@given(st.floats(12, 60), st.integers(0, 1000))
def test_windows_next_to_each_other_are_all_that_can_overlap(smallest: float, seed: int) -> None:
    """Every pair of windows of every level, beside the pairs that neighbours give; equal scores among them."""
    random = np.random.default_rng(seed)
    levels, places, boxes = [], [], []
    for level, scale in enumerate(scales(int(4 * smallest), int(5 * smallest), smallest=smallest)[:4]):
        grid = np.argwhere(random.random((9, 12)) < 0.5)
        corner = grid[:, ::-1].astype(np.float32) * STRIDE
        size = np.float32(scale)
        levels.append(np.full(len(grid), level))
        places.append(grid)
        boxes.append(np.concatenate([np.floor((corner + 1) / size), np.floor((corner + WINDOW) / size)], axis=1))
    every, level_of = np.concatenate(boxes), np.concatenate(levels)
    scores = random.integers(0, 5, len(every)).astype(np.float32)
    expected = set()
    for one in range(len(every)):
        for other in range(one + 1, len(every)):
            if level_of[one] == level_of[other] and overlap(every[one].tolist(), every[other].tolist()) > 0.5:
                expected.add((one, other) if scores[one] >= scores[other] else (other, one))
    better, worse = neighbouring_pairs(level_of, np.concatenate(places), every, scores, overlap=0.5)
    assert set(zip(better.tolist(), worse.tolist(), strict=True)) == expected


@settings(deadline=None, max_examples=60)
@given(st.floats(12, 2000))
def test_windows_of_different_levels_never_overlap_by_seven_tenths(smallest: float) -> None:
    """That is why the cascade does not compare them: the largest of one level beside the smallest of the next."""
    smaller, larger = (np.float32(WINDOW / smallest * factor) for factor in (1.0, 0.709))
    places = np.arange(0, 400, STRIDE, dtype=np.float32)
    sides = [np.floor((places + WINDOW) / scale) - np.floor((places + 1) / scale) for scale in (smaller, larger)]
    assert (sides[0].max() / sides[1].min()) ** 2 < 0.7


def test_nothing_overlaps_nothing() -> None:
    none = np.empty((0, 4), np.float32)
    rows = np.empty(0, np.int64)
    assert unsuppressed(0, covered_pairs(none, overlap=0.7)).tolist() == []
    better, worse = neighbouring_pairs(rows, np.empty((0, 2), np.int64), none, np.empty(0, np.float32), overlap=0.5)
    assert len(better) == len(worse) == 0
