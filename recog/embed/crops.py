"""Refuse what is no batch of crops before a network takes it."""

import numpy as np

from recog.embed.network import INPUT_SIZE
from recog.types import Crops


def checked_crops(crops: Crops) -> Crops:
    """The same crops, C-contiguous, after the check that they are (n, 160, 160, 3) uint8; else ValueError."""
    if crops.shape[1:] != (INPUT_SIZE, INPUT_SIZE, 3) or crops.dtype != np.uint8:
        raise ValueError(f"crops are (n, {INPUT_SIZE}, {INPUT_SIZE}, 3) uint8, not {crops.shape} {crops.dtype}")
    return np.ascontiguousarray(crops)
