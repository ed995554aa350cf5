"""Reduction of a large photo by a whole factor, by sums of square blocks of pixels."""

import numpy as np
from numpy.typing import NDArray

from recog.types import Pixels

_ROWS = 16


def block_sums(pixels: Pixels, factor: int) -> NDArray[np.unsignedinteger]:
    """(h * factor, w * factor, 3) uint8 -> (3, h, w), each the sum of factor x factor pixels of one channel.

    factor is at least 2. The sums are uint16 if the largest fits, which is quicker, else uint32.
    """
    kind = np.uint16 if factor * factor * 255 <= np.iinfo(np.uint16).max else np.uint32
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    rows = pixels.reshape(height, factor, width * factor, 3)
    bands = np.add(rows[:, 0], rows[:, 1], dtype=kind)
    for row in range(2, factor):
        bands += rows[:, row]
    columns = bands.reshape(height, width, factor, 3)
    sums = np.empty((3, height, width), kind)
    for channel in range(3):  # NumPy is slow if the last axis is as short as three
        np.add(columns[:, :, 0, channel], columns[:, :, 1, channel], out=sums[channel])
        for column in range(2, factor):
            sums[channel] += columns[:, :, column, channel]
    return sums


def reduced(pixels: Pixels, factor: int) -> Pixels:
    """(H, W, 3) uint8 -> (H // factor, W // factor, 3) uint8 means, rounded; the remainder is left out."""
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    means = np.empty((height, width, 3), np.uint8)
    for start in range(0, height, _ROWS):
        stop = min(start + _ROWS, height)
        sums = block_sums(pixels[start * factor : stop * factor, : width * factor], factor)
        means[start:stop] = ((sums + factor * factor // 2) // (factor * factor)).transpose(1, 2, 0)
    return means
