"""The check of a batch of crops before it goes into a network."""

import numpy as np

from recog.types import Crops

INPUT_SIZE = 160
"""Side in pixels of a crop for recog's own networks."""


def checked_crops(crops: Crops, *, side: int = INPUT_SIZE, views: int = 1) -> Crops:
    """Return the crops, C-contiguous; ValueError if they are not (n, side, side, 3 * views) uint8."""
    if crops.shape[1:] != (side, side, 3 * views) or crops.dtype != np.uint8:
        raise ValueError(f"crops are (n, {side}, {side}, {3 * views}) uint8, not {crops.shape} {crops.dtype}")
    return np.ascontiguousarray(crops)
