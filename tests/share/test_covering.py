"""Heads are covered whole, and what stands in for one holds few numbers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.share.covering import Fill, blurred, covered, painted, pixelated
from recog.share.heads import ABOVE, BELOW, SIDE, head_of
from recog.types import FaceBox


def face(left: float, top: float, right: float, bottom: float, turn: int = 0) -> FaceBox:
    return FaceBox(left, top, right, bottom, 0.9, (), turn)


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(1, 256, (200, 300, 3), np.uint8)


def test_a_head_is_larger_than_its_face_above_all_where_the_hair_is() -> None:
    head = head_of(face(100, 100, 140, 150), 1000, 1000)
    assert (head.left, head.right) == (100 - SIDE * 40, 140 + SIDE * 40)
    assert (head.top, head.bottom) == (100 - ABOVE * 50, np.ceil(150 + BELOW * 50))
    assert ABOVE > BELOW


@pytest.mark.parametrize(("turn", "above"), [(0, "top"), (90, "right"), (180, "bottom"), (270, "left")])
def test_hair_is_covered_where_the_forehead_is_in_a_turned_photo(turn: int, above: str) -> None:
    """A photo that has to be turned by 90 degrees counter-clockwise shows the forehead at the right."""
    middle = face(480, 480, 520, 520, turn)
    head = head_of(middle, 1000, 1000)
    grown = {
        "left": middle.left - head.left,
        "top": middle.top - head.top,
        "right": head.right - middle.right,
        "bottom": head.bottom - middle.bottom,
    }
    assert max(grown, key=lambda side: grown[side]) == above


def test_a_head_at_the_border_ends_there() -> None:
    head = head_of(face(-5, 2, 30, 40), 300, 200)
    assert (head.left, head.top) == (0, 0)


@pytest.mark.parametrize("fill", [painted, pixelated, blurred])
def test_no_pixel_of_a_head_is_left_and_none_outside_is_touched(photo: NDArray[np.uint8], fill: Fill) -> None:
    one = face(100.3, 90.2, 140.9, 130.1)
    result = covered(photo, [one], fill)
    head = head_of(one, 300, 200)
    inside = np.zeros(photo.shape[:2], bool)
    inside[int(head.top) : int(head.bottom), int(head.left) : int(head.right)] = True
    assert np.array_equal(result[~inside], photo[~inside])
    assert (np.abs(result[inside].astype(int) - photo[inside]).max(axis=1) > 0).mean() > 0.95
    assert not np.shares_memory(result, photo)


@pytest.mark.parametrize("fill", [pixelated, blurred])
def test_heads_with_the_same_means_are_covered_alike(fill: Fill) -> None:
    """What differs inside a cell is lost: this is why nothing can bring it back."""
    cells = np.random.default_rng(2).integers(30, 220, (5, 5, 3), np.uint8).repeat(20, axis=0).repeat(20, axis=1)
    stripes = np.where(np.indices((100, 100)).sum(axis=0)[..., np.newaxis] % 2 == 0, 25, -25)
    assert np.array_equal(fill(cells), fill((cells + stripes).astype(np.uint8)))


def test_pixels_of_a_head_are_the_means_of_its_cells() -> None:
    head = np.random.default_rng(3).integers(0, 256, (60, 40, 3), np.uint8)
    shown = pixelated(head, cells=4)
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) <= 4 * 6
    assert np.abs(shown[:10, :10] - head[:10, :10].mean(axis=(0, 1))).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2, 3), (7, 300, 3)])
def test_tiny_heads_are_covered_too(shape: tuple[int, int, int]) -> None:
    head = np.random.default_rng(4).integers(0, 256, shape, np.uint8)
    assert pixelated(head).shape == blurred(head).shape == painted(head).shape == shape


def test_a_spared_face_stays_beside_a_covered_head_but_never_over_a_covered_face(photo: NDArray[np.uint8]) -> None:
    other, kept = face(60, 80, 100, 120), face(90, 80, 130, 120)
    result = covered(photo, [other], painted, spared=[kept])
    assert not result[80:120, 60:100].any()
    assert np.array_equal(result[80:120, 100:130], photo[80:120, 100:130])
    assert not result[70:80, 100:115].any()


def test_a_face_outside_the_photo_changes_nothing(photo: NDArray[np.uint8]) -> None:
    assert np.array_equal(covered(photo, [face(900, 900, 950, 950)], blurred), photo)
