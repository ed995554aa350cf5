"""The 8-bit levels to which the weights and inputs of P-Net are rounded."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HIGHEST = 255
"""The highest level of an input, counted from 0."""
_WEIGHT_LEVELS = 127
"""Levels of a weight on either side of 0."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Equally spaced numbers, 0 among them: (i - zero) * step for i from 0 to HIGHEST."""

    step: float
    zero: int

    @property
    def low(self) -> float:
        """The smallest number."""
        return -self.zero * self.step

    @property
    def high(self) -> float:
        """The largest number."""
        return (HIGHEST - self.zero) * self.step


PIXELS = Levels(1.0, 0)
LEVELS: Mapping[str, Levels] = {
    "pnet.conv2": Levels(0.050468, 46),
    "pnet.conv3": Levels(0.072191, 96),
    "pnet.conv4_1": Levels(0.064732, 59),
    "pnet.conv4_2": Levels(0.064732, 59),
}
"""Layer -> the levels of its input, chosen for the least mean squared error over photos.

Measured by benchmarks/measure_levels.py. First layers take whole pixels; all other layers compute in float32. R-Net and
O-Net compute in float32 too, because they see few windows: in 8 bits they saved 5 ms of 50 and moved boxes by pixels.
"""
FIRST = frozenset({"pnet.conv1"})


def rounded_weight(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """(out, ...) -> the same shape, rounded to 255 levels with one step for each output (arXiv:1806.08342)."""
    largest = np.abs(weight).max(axis=tuple(range(1, weight.ndim)), keepdims=True)
    step = np.maximum(largest, np.finfo(np.float32).tiny) / np.float32(_WEIGHT_LEVELS)
    rounded: NDArray[np.float32] = np.rint(weight / step) * step
    return rounded
