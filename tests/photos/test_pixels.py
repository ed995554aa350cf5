"""What is taken for a photo's pixels."""

import numpy as np
import pytest

from recog.photos import refuse_other_than_pixels


def test_a_colour_picture_of_bytes_is_pixels() -> None:
    refuse_other_than_pixels(np.zeros((1, 2, 3), np.uint8))


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 4), (4, 5, 3, 1), (0, 5, 3), (3,)])
def test_another_shape_is_refused_with_its_numbers(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"pixels are \(H, W, 3\) uint8 RGB, not \([\d, ]+\) uint8$"):
        refuse_other_than_pixels(np.zeros(shape, np.uint8))


def test_other_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"not \(4, 5, 3\) float32$"):
        refuse_other_than_pixels(np.zeros((4, 5, 3), np.float32))
