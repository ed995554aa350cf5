"""Sums of square blocks of a photo's pixels: what makes a large photo smaller by a whole number."""

import numpy as np
from numpy.typing import NDArray

from recog.types import Pixels

_ROWS = 16


def block_sums(pixels: Pixels, factor: int) -> NDArray[np.uint32]:
    """(h * factor, w * factor, 3) uint8 -> (3, h, w), each the sum of factor x factor pixels of one channel."""
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    rows = pixels.reshape(height, factor, width * factor, 3)
    bands = rows[:, 0].astype(np.uint32)
    for row in range(1, factor):
        bands += rows[:, row]
    columns = bands.reshape(height, width, factor, 3)
    sums = np.zeros((3, height, width), np.uint32)
    for channel in range(3):  # numpy is slow where the last axis is as short as three
        for column in range(factor):
            sums[channel] += columns[:, :, column, channel]
    return sums


def reduced(pixels: Pixels, factor: int) -> Pixels:
    """(H, W, 3) uint8 -> (H // factor, W // factor, 3) uint8 means, rounded; what remains of the sides is left out."""
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    means = np.empty((height, width, 3), np.uint8)
    for start in range(0, height, _ROWS):
        stop = min(start + _ROWS, height)
        sums = block_sums(pixels[start * factor : stop * factor, : width * factor], factor)
        means[start:stop] = ((sums + factor * factor // 2) // (factor * factor)).transpose(1, 2, 0)
    return means
