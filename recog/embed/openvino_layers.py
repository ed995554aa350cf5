"""The layers that the OpenVINO graphs share, in float32 or in 8 bits."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.weights.openvino_kernel import kernel
from recog.weights.openvino_runtime import openvino

_INPUT_LEVELS = 256

Tensors: TypeAlias = Mapping[str, NDArray[np.float32]]


def rounded(x: Any, largest: float) -> Any:
    """Round non-negative values to 256 levels from 0 to largest, as input of an 8-bit convolution."""
    zero, high = np.float32(0.0), np.float32(largest)
    return openvino.opset13.fake_quantize(x, zero, high, zero, high, _INPUT_LEVELS)


def convolution(
    x: Any,
    weight: NDArray[np.float32],
    bias: NDArray[np.float32],
    *,
    in_bytes: bool,
    stride: int = 1,
    pad: tuple[int, int] = (0, 0),
    depthwise: bool = False,
) -> Any:
    """Add a convolution with bias; weight is (out, in, h, w), and (channels, 1, h, w) of a depthwise one.

    in_bytes: multiply 8-bit numbers. x must then come from `rounded`; `kernel` rounds the weights.
    """
    ops = openvino.opset13
    convolve = ops.group_convolution if depthwise else ops.convolution
    constant = kernel(weight[:, None] if depthwise else weight, in_bytes=in_bytes)
    convolved = convolve(x, constant, [stride, stride], list(pad), list(pad), [1, 1])
    return ops.add(convolved, ops.constant(bias.reshape(1, -1, 1, 1)))


def max_pool(x: Any) -> Any:
    """Add max pooling over 3 x 3 with stride 2."""
    return openvino.opset13.max_pool(x, [2, 2], [1, 1], [0, 0], [0, 0], [3, 3]).output(0)


def pixels(crops: Any) -> Any:
    """Convert (n, side, side, 3) uint8 to (n, 3, side, side) float32."""
    ops = openvino.opset13
    return ops.transpose(ops.convert(crops, np.float32), np.array([0, 3, 1, 2]))


def crops_input(size: int) -> Any:
    """Make a graph's input, (n, size, size, 3) uint8, n free."""
    return openvino.opset13.parameter([-1, size, size, 3], np.uint8, name="crops")


def mean_over_places(x: Any) -> Any:
    """Average over positions: (n, channels, h, w) -> (n, channels)."""
    return openvino.opset13.reduce_mean(x, np.array([2, 3]), keep_dims=False)
