"""Box arithmetic agrees with its definitions, written out as plain loops."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recog.boxes import (
    box_array,
    clipped,
    iou,
    left_to_right,
    match_boxes,
    overlaps,
    rescaled,
    scaled,
    square,
    turned,
)
from recog.types import FaceBox


def a_box(left: float, top: float, right: float, bottom: float) -> FaceBox:
    middle = ((left + right) / 2, (top + bottom) / 2)
    return FaceBox(left, top, right, bottom, score=0.9, landmarks=(middle,) * 5)


# Whole pixels on a small board: overlaps, ties, duplicates and empty boxes are all frequent.
corners = st.integers(0, 12)
boxes = st.builds(
    lambda left, top, width, height: a_box(left, top, left + width, top + height),
    corners,
    corners,
    st.integers(0, 8),
    st.integers(0, 8),
)
box_lists = st.lists(boxes, max_size=7)


def pixels_of(box: FaceBox) -> set[tuple[int, int]]:
    return set(product(range(int(box.left), int(box.right)), range(int(box.top), int(box.bottom))))


@given(boxes, boxes)
def test_overlap_is_shared_pixels_over_all_pixels(one: FaceBox, other: FaceBox) -> None:
    union = pixels_of(one) | pixels_of(other)
    slow = len(pixels_of(one) & pixels_of(other)) / len(union) if union else 0.0
    assert iou(one, other) == pytest.approx(slow)


@given(box_lists, box_lists)
def test_the_table_of_overlaps_is_every_pair(first: list[FaceBox], second: list[FaceBox]) -> None:
    table = overlaps(box_array(first), box_array(second))
    assert table.shape == (len(first), len(second))
    assert table.dtype == np.float32
    for (row, one), (column, other) in product(enumerate(first), enumerate(second)):
        assert table[row, column] == pytest.approx(iou(one, other), abs=1e-6)


@given(box_lists, box_lists, st.sampled_from([0.0, 0.2, 0.5]))
def test_matching_takes_the_best_pair_that_is_left(old: list[FaceBox], new: list[FaceBox], min_iou: float) -> None:
    slow: list[tuple[int, int]] = []
    free = set(product(range(len(old)), range(len(new))))
    while free:
        # Rounded as the table is, so that equal overlaps are equal in both.
        best = min(free, key=lambda pair: (-np.float32(iou(old[pair[0]], new[pair[1]])), pair))
        overlap = iou(old[best[0]], new[best[1]])
        if overlap < min_iou or overlap == 0:
            break
        slow.append(best)
        free = {(row, column) for row, column in free if row != best[0] and column != best[1]}
    assert match_boxes(old, new, min_iou) == slow


def test_matching_nothing_pairs_nothing() -> None:
    assert match_boxes([], [a_box(0, 0, 9, 9)], 0.5) == []
    assert match_boxes([a_box(0, 0, 9, 9)], [], 0.5) == []


def test_faces_are_read_from_left_to_right_then_down() -> None:
    row = [a_box(50, 0, 60, 10), a_box(0, 20, 10, 30), a_box(0, 0, 10, 10)]
    assert left_to_right(row) == [2, 1, 0]
    assert left_to_right([]) == []


@given(boxes, st.sampled_from([0.5, 1.0, 1.19, 1.6]))
def test_scaling_keeps_the_centre_and_multiplies_the_sides(box: FaceBox, factor: float) -> None:
    grown = scaled(box, factor)
    assert grown.width == pytest.approx(box.width * factor)
    assert grown.height == pytest.approx(box.height * factor)
    assert grown.left + grown.right == pytest.approx(box.left + box.right)
    assert grown.top + grown.bottom == pytest.approx(box.top + box.bottom)
    assert grown.landmarks == box.landmarks


@given(boxes)
def test_a_square_has_the_longer_side_and_the_same_centre(box: FaceBox) -> None:
    even = square(box)
    assert even.width == pytest.approx(max(box.width, box.height))
    assert even.height == pytest.approx(even.width)
    assert even.left + even.right == pytest.approx(box.left + box.right)
    assert even.top + even.bottom == pytest.approx(box.top + box.bottom)


@given(boxes)
def test_clipping_keeps_the_pixels_inside_the_photo(box: FaceBox) -> None:
    photo = a_box(0, 0, 10, 7)
    assert pixels_of(clipped(box, 10, 7)) == pixels_of(box) & pixels_of(photo)


@given(boxes)
def test_relative_coordinates_come_back_to_pixels(box: FaceBox) -> None:
    relative = rescaled(box, 1 / 16, 1 / 8)
    assert relative.right == box.right / 16
    assert relative.landmarks[0] == (box.landmarks[0][0] / 16, box.landmarks[0][1] / 8)
    assert rescaled(relative, 16, 8) == box


@given(boxes, st.sampled_from([0, 90, 180, 270]))
def test_a_turned_box_covers_the_same_pixels_of_the_turned_photo(box: FaceBox, degrees: int) -> None:
    width, height = 24, 21
    photo = np.zeros((height, width), np.uint8)
    photo[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] = 1
    moved = turned(box, degrees, width, height)
    seen = np.zeros_like(np.rot90(photo, degrees // 90))
    seen[int(moved.top) : int(moved.bottom), int(moved.left) : int(moved.right)] = 1
    assert np.array_equal(seen, np.rot90(photo, degrees // 90))
    assert moved.landmarks[0] == ((moved.left + moved.right) / 2, (moved.top + moved.bottom) / 2)
    assert moved.turn == (360 - degrees) % 360
    size = (width, height) if degrees % 180 == 0 else (height, width)
    assert turned(moved, (360 - degrees) % 360, *size) == box


def test_a_photo_is_turned_by_quarters_alone() -> None:
    with pytest.raises(ValueError, match="not 45"):
        turned(a_box(0, 0, 1, 1), 45, 10, 10)
