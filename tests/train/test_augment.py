"""Each augmentation does what its name says, with the given probability."""

import numpy as np
import pytest

from recog.errors import TrainingError
from recog.train.augment import Augmentation, altered, jittered
from recog.types import FaceBox

CROP = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
BOX = FaceBox(10.0, 20.0, 50.0, 100.0, 0.9, ((20.0, 40.0), (40.0, 40.0), (30.0, 60.0), (22.0, 80.0), (38.0, 80.0)))
NOTHING = {"flip": 0.0, "jitter": 0.0, "jpeg": 0.0, "grey": 0.0}


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_without_chances_a_crop_stays_as_it_is() -> None:
    assert np.array_equal(altered(CROP, random(), Augmentation(**NOTHING)), CROP)
    assert jittered(BOX, random(), jitter=0.0) == BOX


def test_a_flip_mirrors_left_and_right() -> None:
    flipped = altered(CROP, random(), Augmentation(**{**NOTHING, "flip": 1.0}))
    assert np.array_equal(flipped[:, 0], CROP[:, -1])
    assert np.array_equal(flipped[:, ::-1], CROP)


def test_grey_is_the_luma_of_every_pixel() -> None:
    grey = altered(CROP, random(), Augmentation(**{**NOTHING, "grey": 1.0}))
    for row, column in ((0, 0), (5, 9), (31, 31)):
        red, green, blue = (int(value) for value in CROP[row, column])
        assert grey[row, column].tolist() == [round(0.299 * red + 0.587 * green + 0.114 * blue)] * 3


def test_jpeg_changes_pixels_a_little_and_by_chance_of_its_quality() -> None:
    smooth = np.linspace(0, 255, 32 * 32 * 3).reshape(32, 32, 3).astype(np.uint8)
    augmentation = Augmentation(**{**NOTHING, "jpeg": 1.0})
    seen = [altered(smooth, random(seed), augmentation) for seed in range(4)]
    assert all(each.shape == smooth.shape and each.dtype == np.uint8 for each in seen)
    assert all(0 < np.abs(each.astype(int) - smooth).mean() < 12 for each in seen)
    assert any(not np.array_equal(seen[0], each) for each in seen[1:])


@pytest.mark.parametrize("what", ["flip", "grey", "jpeg"])
def test_a_chance_of_a_quarter_strikes_a_quarter_of_crops(what: str) -> None:
    augmentation = Augmentation(**{**NOTHING, what: 0.25})
    changed = sum(not np.array_equal(altered(CROP, random(seed), augmentation), CROP) for seed in range(600))
    assert 110 < changed < 190


def test_a_box_moves_and_grows_within_its_share_and_its_landmarks_with_it() -> None:
    boxes = [jittered(BOX, random(seed), jitter=0.1) for seed in range(300)]
    across = [((box.left + box.right) / 2 - 30) / 40 for box in boxes]
    higher = [box.height / 80 - 1 for box in boxes]
    for shares in (across, higher):
        assert -0.1 <= min(shares) < -0.09
        assert 0.09 < max(shares) <= 0.1
    for box in boxes[:20]:
        for (x, y), (old_x, old_y) in zip(box.landmarks, BOX.landmarks, strict=True):
            assert (x - box.left) / box.width == pytest.approx((old_x - 10) / 40)
            assert (y - box.top) / box.height == pytest.approx((old_y - 20) / 80)


def test_the_same_seed_alters_alike() -> None:
    augmentation = Augmentation()
    assert np.array_equal(altered(CROP, random(7), augmentation), altered(CROP, random(7), augmentation))
    assert jittered(BOX, random(7), jitter=0.2) == jittered(BOX, random(7), jitter=0.2)


@pytest.mark.parametrize("wrong", [{"flip": -0.1}, {"jpeg": 1.1}, {"grey": 2.0}, {"jitter": 0.5}])
def test_chances_that_are_none_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(TrainingError, match="shares from 0 to 1"):
        Augmentation(**wrong)
