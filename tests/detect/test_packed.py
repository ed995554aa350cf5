"""Three channels in one number, beside the reference in torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recog.detect.area import SummedAreas
from recog.detect.packed import PackedAreas
from recog.detect.reduction import reduced


def noise(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30), st.integers(1, 30))
def test_a_level_is_that_of_the_reference(height: int, width: int, rows: int, columns: int) -> None:
    pixels = noise(height, width, seed=height * 41 + width)
    level = PackedAreas(pixels).level(rows, columns, np.arange(rows), np.arange(columns))
    reference = SummedAreas(torch.from_numpy(pixels)).whole(rows, columns)
    assert np.abs(level - reference.numpy()).max() <= 0.5 + 1e-4


def test_rows_and_columns_of_a_level_may_be_chosen_and_repeated() -> None:
    photo = PackedAreas(noise(50, 60))
    whole = photo.level(20, 30, np.arange(20), np.arange(30))
    rows, columns = np.array([3, 4, 19, 19]), np.array([0, 7, 29, 29, 29])
    np.testing.assert_array_equal(photo.level(20, 30, rows, columns), whole[:, :, rows][..., columns])


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(2, 60), st.integers(0, 10_000))
def test_windows_are_those_of_the_reference(height: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    left, top = random.integers(0, width - 1, 5), random.integers(0, height - 1, 5)
    right, bottom = random.integers(left + 1, width + 1), random.integers(top + 1, height + 1)
    windows = np.stack([left, top, right, bottom], axis=1)
    pixels = noise(height, width, seed)
    reference = SummedAreas(torch.from_numpy(pixels)).windows(torch.from_numpy(windows), 7, 7)
    assert np.abs(PackedAreas(pixels).windows(windows, 7) - reference.numpy()).max() <= 0.5 + 1e-4


@pytest.mark.parametrize("factor", [1, 3, 40])
def test_cells_too_large_for_a_field_are_added_up_from_parts(factor: int) -> None:
    """White is the worst case: a field of 21 bits holds 8224 white pixels, and a cell here has up to 120,000."""
    pixels = np.full((600, 800, 3), 255, np.uint8)
    photo = PackedAreas(pixels, factor=factor)
    np.testing.assert_array_equal(photo.level(2, 2, np.arange(2), np.arange(2)), 255)
    window = np.array([[0, 0, photo.width, photo.height], [0, 0, 1, photo.height]])
    np.testing.assert_array_equal(photo.windows(window, 2), 255)


def test_channels_do_not_leak_into_each_other() -> None:
    for channel in range(3):
        pixels = np.zeros((90, 91, 3), np.uint8)
        pixels[..., channel] = 255
        means = PackedAreas(pixels).windows(np.array([[0, 0, 91, 90]]), 1)
        np.testing.assert_array_equal(means.flatten(), [255 * (each == channel) for each in range(3)])


@pytest.mark.parametrize("factor", [2, 3, 7])
def test_a_photo_made_smaller_is_the_means_of_its_blocks(factor: int) -> None:
    """Sides that are no multiple lose what remains."""
    pixels = noise(61, 85)
    height, width = 61 // factor, 85 // factor
    exact = np.zeros((height, width, 3))
    for row in range(height):
        for column in range(width):
            block = pixels[row * factor : (row + 1) * factor, column * factor : (column + 1) * factor]
            exact[row, column] = block.reshape(-1, 3).mean(axis=0)
    packed = PackedAreas(pixels, factor=factor)
    assert (packed.height, packed.width) == (height, width)
    level = packed.level(height, width, np.arange(height), np.arange(width))
    assert np.abs(level[0].transpose(1, 2, 0) - exact).max() <= 0.5 + 1e-4
    assert np.abs(reduced(pixels, factor) - exact).max() <= 0.5 + 1e-9


def test_strided_and_read_only_pixels_are_taken() -> None:
    pixels = noise(40, 50)
    view = pixels[:, ::-1]
    view.flags.writeable = False
    window = np.array([[3, 2, 30, 35]])
    for factor in (1, 2):
        np.testing.assert_array_equal(
            PackedAreas(view, factor=factor).windows(window // factor, 5),
            PackedAreas(view.copy(), factor=factor).windows(window // factor, 5),
        )


@pytest.mark.parametrize("factor", [41, 100])
def test_a_photo_that_would_vanish_or_overflow_is_refused(factor: int) -> None:
    with pytest.raises(ValueError, match="cannot be made"):
        PackedAreas(noise(40, 9000), factor=factor)
