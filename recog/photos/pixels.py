"""The check that an array holds the pixels of a photo."""

import numpy as np

from recog.types import Pixels


def refuse_other_than_pixels(given: Pixels) -> None:
    """Raise ValueError unless the array is (H, W, 3) uint8 with at least one pixel."""
    if given.ndim != 3 or given.shape[2] != 3 or given.dtype != np.uint8 or not given.size:
        raise ValueError(f"pixels are (H, W, 3) uint8 RGB, not {given.shape} {given.dtype}")
