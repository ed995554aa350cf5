"""Quality is what its definition says, and the gates name what is short."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from recog.quality import FOUND, JOIN, FaceQuality, Shortfall, frontality, may_found, may_join, sharpness
from recog.types import Crops, FaceBox

GOOD = FaceQuality(size=120.0, score=0.999, sharpness=300.0, frontality=0.8)


def noise(n: int, size: int) -> Crops:
    return np.random.default_rng(3).integers(0, 256, (n, size, size, 3), dtype=np.uint8)


def facing(*landmarks: tuple[float, float]) -> FaceBox:
    return FaceBox(0, 0, 100, 100, score=1.0, landmarks=landmarks)


def test_sharpness_is_the_variance_of_the_laplacian_of_luma() -> None:
    crops = noise(3, 9)
    for crop, fast in zip(crops, sharpness(crops), strict=True):
        luma = [[float(0.299 * r + 0.587 * g + 0.114 * b) for r, g, b in row] for row in crop.tolist()]
        slow = [
            luma[y - 1][x] + luma[y + 1][x] + luma[y][x - 1] + luma[y][x + 1] - 4 * luma[y][x]
            for y in range(1, 8)
            for x in range(1, 8)
        ]
        assert fast == pytest.approx(np.var(slow), rel=1e-4)


def test_a_blurred_crop_is_less_sharp_and_a_flat_one_not_at_all() -> None:
    (crop,) = noise(1, 40)
    blurred = np.asarray(Image.fromarray(crop).filter(ImageFilter.GaussianBlur(2)))
    flat = np.full_like(crop, 77)
    sharp, soft, none = sharpness(np.stack([crop, blurred, flat]))
    assert sharp > 100 * soft
    assert none == pytest.approx(0.0, abs=1e-6)


def test_sharpness_of_no_crops_is_empty() -> None:
    values = sharpness(np.empty((0, 160, 160, 3), np.uint8))
    assert values.shape == (0,)
    assert values.dtype == np.float32


def test_a_face_from_the_front_is_frontal() -> None:
    assert frontality(facing((30, 40), (70, 40), (50, 60), (35, 80), (65, 80))) == pytest.approx(1.0)


def test_a_turned_face_is_less_frontal_by_the_ratio_of_its_sides() -> None:
    # The nose is 10 from the left side and 30 from the right one.
    assert frontality(facing((30, 40), (70, 40), (40, 60), (30, 80), (70, 80))) == pytest.approx(1 / 3)


def test_a_profile_has_its_nose_outside_its_eyes() -> None:
    assert frontality(facing((50, 40), (60, 40), (35, 60), (50, 80), (58, 80))) == 0.0
    assert frontality(facing(*[(50.0, 50.0)] * 5)) == 0.0


def test_tilting_the_head_changes_nothing() -> None:
    face = np.array([(30, 40), (70, 40), (42, 60), (33, 80), (66, 80)], np.float64)
    turn = np.array([[np.cos(0.7), np.sin(0.7)], [-np.sin(0.7), np.cos(0.7)]])
    tilted = [(float(x), float(y)) for x, y in face @ turn]
    assert frontality(facing(*tilted)) == pytest.approx(frontality(facing(*map(tuple, face.tolist()))))


def test_frontality_needs_five_landmarks() -> None:
    with pytest.raises(ValueError, match="this box has 2"):
        frontality(facing((1, 2), (3, 4)))


def test_a_good_face_may_found_and_join() -> None:
    assert may_found(GOOD)
    assert may_join(GOOD)
    assert may_found(GOOD).shortfalls == ()


@pytest.mark.parametrize(
    ("field", "shortfall"),
    [
        ("size", Shortfall.SMALL),
        ("score", Shortfall.DOUBTFUL),
        ("sharpness", Shortfall.BLURRED),
        ("frontality", Shortfall.TURNED),
    ],
)
def test_each_threshold_bites_just_below_itself(field: str, shortfall: Shortfall) -> None:
    at = replace(GOOD, **{field: getattr(FOUND, field)})
    below = replace(GOOD, **{field: getattr(FOUND, field) * 0.999})
    assert may_found(at)
    assert not may_found(below)
    assert may_found(below).shortfalls == (shortfall,)


def test_all_that_is_short_is_named() -> None:
    gate = may_join(FaceQuality(size=1.0, score=0.1, sharpness=0.1, frontality=0.0))
    assert gate.shortfalls == (Shortfall.SMALL, Shortfall.DOUBTFUL, Shortfall.BLURRED)


def test_founding_asks_for_at_least_as_much_as_joining() -> None:
    for field in ("size", "score", "sharpness", "frontality"):
        assert getattr(FOUND, field) >= getattr(JOIN, field)
