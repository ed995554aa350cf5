"""Pictures of another size."""

import numpy as np
from PIL import Image

from recog.types import Pixels


def means(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return (height, width, 3) uint8: each new pixel is the mean of those that it stands for."""
    return _resized(pixels, width, height, Image.Resampling.BOX)


def interpolated(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return (height, width, 3) uint8, interpolated by a cubic."""
    return _resized(pixels, width, height, Image.Resampling.BICUBIC)


def repeated(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return (height, width, 3) uint8: each new pixel is a copy of the nearest one."""
    return _resized(pixels, width, height, Image.Resampling.NEAREST)


def _resized(pixels: Pixels, width: int, height: int, by: Image.Resampling) -> Pixels:
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize((width, height), by))
