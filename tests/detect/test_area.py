import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recog.detect.area import MAX_PIXELS, SummedAreas


def noise(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30), st.integers(1, 30))
def test_a_resampled_photo_is_torchs_area_interpolation_of_it(height: int, width: int, rows: int, columns: int) -> None:
    pixels = torch.from_numpy(noise(height, width, seed=height * 41 + width))
    whole = SummedAreas(pixels).whole(rows, columns)
    reference = torch.nn.functional.interpolate(
        pixels.permute(2, 0, 1)[None].float(), size=(rows, columns), mode="area"
    )
    torch.testing.assert_close(whole.contiguous(), reference, rtol=1e-5, atol=1e-4)


def test_every_cell_of_every_window_is_the_mean_of_its_pixels() -> None:
    """The definition as plain loops: windows smaller and larger than the result, at the borders, of one pixel."""
    pixels = noise(20, 30)
    windows = [(0, 0, 30, 20), (3, 5, 4, 6), (25, 1, 30, 20), (2, 2, 9, 8)]
    found = SummedAreas(torch.from_numpy(pixels)).windows(torch.tensor(windows), 3, 5)
    for window, (left, top, right, bottom) in enumerate(windows):
        for row in range(3):
            for column in range(5):
                y0, y1 = (math.floor(row * (bottom - top) / 3), math.ceil((row + 1) * (bottom - top) / 3))
                x0, x1 = (math.floor(column * (right - left) / 5), math.ceil((column + 1) * (right - left) / 5))
                cell = pixels[top + y0 : top + y1, left + x0 : left + x1].reshape(-1, 3)
                np.testing.assert_allclose(found[window, :, row, column].numpy(), cell.mean(axis=0), atol=1e-4)


def test_a_white_photo_of_the_largest_size_does_not_overflow() -> None:
    side = math.isqrt(MAX_PIXELS)
    table = SummedAreas(torch.full((side, side, 3), 255, dtype=torch.uint8))
    assert table.whole(1, 1).flatten().tolist() == [255.0, 255.0, 255.0]


def test_a_photo_that_would_overflow_is_refused() -> None:
    pixels = torch.zeros((1, 1, 3), dtype=torch.uint8).expand(1, MAX_PIXELS + 1, 3)
    with pytest.raises(ValueError, match="are more than"):
        SummedAreas(pixels)
