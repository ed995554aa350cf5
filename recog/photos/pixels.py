"""Whether an array is the pixels of a photo."""

import numpy as np

from recog.types import Pixels


def refuse_other_than_pixels(given: Pixels) -> None:
    """ValueError but for (H, W, 3) uint8 with a pixel at least."""
    if given.ndim != 3 or given.shape[2] != 3 or given.dtype != np.uint8 or not given.size:
        raise ValueError(f"pixels are (H, W, 3) uint8 RGB, not {given.shape} {given.dtype}")
