"""A photo made small, to look at."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from recog.photos.preview import preview


@pytest.mark.parametrize(
    ("size", "longest", "shown"),
    [
        ((80, 40), 20, (20, 10)),
        ((40, 80), 20, (10, 20)),
        ((80, 40), 80, (80, 40)),
        ((8, 4), 20, (8, 4)),
        ((900, 1), 9, (9, 1)),
    ],
)
def test_the_longer_side_is_at_most_so_long_and_nothing_is_enlarged(
    size: tuple[int, int], longest: int, shown: tuple[int, int]
) -> None:
    pixels = np.full((size[1], size[0], 3), (200, 100, 50), np.uint8)
    image = Image.open(BytesIO(preview(pixels, longest=longest)))
    assert (image.format, image.size) == ("JPEG", shown)
    assert np.abs(np.asarray(image).astype(int) - (200, 100, 50)).max() < 6


def test_fine_patterns_become_grey_not_moire() -> None:
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[:, ::2] = 255
    shown = np.asarray(Image.open(BytesIO(preview(pixels, longest=50)))).astype(int)
    assert np.abs(shown[:, 2:-2] - 128).max() < 12
