import numpy as np
import pytest

from recog.detect.windows import shrunk, windows


@pytest.mark.parametrize("side", [24, 48])
def test_a_window_that_leaves_the_photo_shows_its_border_repeated(side: int) -> None:
    """Windows of a photo that was padded by hand beforehand are the same, at each border and each size."""
    rng = np.random.default_rng(17)
    photo = rng.integers(0, 256, (90, 120, 3), np.uint8)
    over = 260
    padded = np.pad(photo, ((over, over), (over, over), (0, 0)), mode="edge")
    corners = rng.uniform(-100, 130, (40, 2))
    sides = rng.uniform(1, 250, (40, 1))
    boxes = np.concatenate([corners, corners + sides], axis=1).astype(np.float32)
    moved = (boxes.astype(np.float64) + over).astype(np.float32)
    boxes = (moved.astype(np.float64) - over).astype(np.float32)  # the same fractions of a pixel
    np.testing.assert_allclose(
        windows(photo, boxes, side).astype(int), windows(padded, moved, side).astype(int), atol=1
    )


def test_a_window_inside_is_the_mean_of_the_pixels_that_it_covers() -> None:
    photo = np.random.default_rng(3).integers(0, 256, (100, 100, 3), np.uint8)
    (view,) = windows(photo, np.array([[2, 3, 98, 99]], np.float32), 24)
    means = photo[3:99, 2:98].reshape(24, 4, 24, 4, 3).mean(axis=(1, 3))
    assert np.abs(view.transpose(1, 2, 0) - means).max() <= 1.5  # rounded twice


@pytest.mark.parametrize(
    ("shape", "smaller"),
    [((300, 400), (300, 400)), ((3000, 4000), (480, 640)), ((1, 5000), (1, 640)), ((700, 3), (640, 3))],
)
def test_a_large_photo_is_made_smaller_and_a_small_one_stays(shape: tuple[int, int], smaller: tuple[int, int]) -> None:
    copy = shrunk(np.full((*shape, 3), 77, np.uint8), 640)
    assert copy.shape == (*smaller, 3)
    assert (copy == 77).all()
