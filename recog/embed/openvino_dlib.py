"""dlib's face recognition network as an OpenVINO graph, built from the tensors of the verified weights file."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from recog.embed.openvino_layers import (
    Tensors,
    convolution,
    crops_input,
    max_pool,
    mean_over_places,
    pixels,
    rounded,
)
from recog.weights.dlib_resnet import MEANS, SIDE, Block, blocks
from recog.weights.openvino_runtime import openvino


def dlib_graph(tensors: Tensors, ranges: Mapping[str, float]) -> Any:
    """Make an openvino.Model from (n, 150, 150, 3) uint8 crops to (n, 256) float32 pooled features, n free.

    tensors are those of recog.weights.dlib_resnet. A convolution with a range in `ranges` multiplies 8-bit numbers (see
    recog.embed.openvino_layers).

    Raises:
        KeyError: a tensor of the network is missing.
    """
    ops = openvino.opset13
    crops = crops_input(SIDE)
    means = np.array(MEANS, dtype=np.float32).reshape(1, 3, 1, 1)
    x = ops.divide(ops.subtract(pixels(crops), ops.constant(means)), np.float32(256.0))
    x = max_pool(ops.relu(_convolution(x, tensors, ranges, "stem", stride=2)))
    for block in blocks():
        x = _residual(x, block, tensors, ranges)
    return openvino.Model([mean_over_places(x)], [crops], "DlibResnet")


def _residual(x: Any, block: Block, tensors: Tensors, ranges: Mapping[str, float]) -> Any:
    ops = openvino.opset13
    first = {"stride": 2} if block.halves else {"pad": (1, 1)}
    y = ops.relu(_convolution(x, tensors, ranges, f"{block.name}.conv1", **first))
    y = _convolution(y, tensors, ranges, f"{block.name}.conv2", pad=(1, 1))
    if block.halves:
        x = ops.avg_pool(x, [2, 2], [0, 0], [0, 0], [2, 2], exclude_pad=True)
    sides = np.maximum(_sides(x), _sides(y))
    return ops.relu(ops.add(_filled(y, sides), _filled(x, sides)))


def _convolution(x: Any, tensors: Tensors, ranges: Mapping[str, float], name: str, **options: Any) -> Any:
    weight, bias, largest = tensors[f"{name}.weight"], tensors[f"{name}.bias"], ranges.get(name)
    x = x if largest is None else rounded(x, largest)
    return convolution(x, weight, bias, in_bytes=largest is not None, **options)


def _sides(x: Any) -> Any:
    """Return channels, height and width."""
    shape = (x.output(0) if hasattr(x, "output") else x).get_partial_shape()
    return np.array([shape[axis].get_length() for axis in (1, 2, 3)])


def _filled(x: Any, sides: Any) -> Any:
    """Pad with zeros after the last channel, row and column, up to these sides."""
    missing = sides - _sides(x)
    if not missing.any():
        return x
    ends = np.array([0, *missing])
    return openvino.opset13.pad(x, np.zeros_like(ends), ends, "constant", np.float32(0.0))
