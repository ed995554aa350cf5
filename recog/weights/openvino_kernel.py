"""The weights of a convolution in an OpenVINO graph, in float32 or in 8 bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recog.weights.openvino_runtime import openvino

_LEVELS = 255
"""Number of levels of signed 8 bits, symmetric about 0."""


def kernel(weight: NDArray[np.float32], *, in_bytes: bool) -> Any:
    """Make a constant of weights: (out, in, h, w), or (groups, out / groups, in / groups, h, w) with one out a group.

    in_bytes: rounded to 255 levels, with one scale a channel (arXiv:1806.08342).
    """
    ops = openvino.opset13
    constant = ops.constant(weight)
    if not in_bytes:
        return constant
    largest = np.maximum(
        np.abs(weight).max(axis=tuple(range(1, weight.ndim)), keepdims=True), np.finfo(np.float32).tiny
    )
    low, high = ops.constant(-largest), ops.constant(largest)
    return ops.fake_quantize(constant, low, high, low, high, _LEVELS)
