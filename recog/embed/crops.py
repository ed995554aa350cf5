"""Refuse what is no batch of crops before a network takes it."""

import numpy as np

from recog.types import Crops

INPUT_SIZE = 160
"""Side of a crop in pixels, whatever sees it."""


def checked_crops(crops: Crops, *, side: int = INPUT_SIZE, views: int = 1) -> Crops:
    """The same crops, C-contiguous, after the check that they are (n, side, side, 3 * views) uint8; else ValueError."""
    if crops.shape[1:] != (side, side, 3 * views) or crops.dtype != np.uint8:
        raise ValueError(f"crops are (n, {side}, {side}, {3 * views}) uint8, not {crops.shape} {crops.dtype}")
    return np.ascontiguousarray(crops)
