"""InceptionResnetV1 as an OpenVINO graph, built from the tensors of the verified weights file."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recog.embed.openvino_layers import (
    Tensors,
    convolution,
    crops_input,
    max_pool,
    mean_over_places,
    pixels,
    rounded,
)
from recog.weights.openvino_runtime import openvino

_EPSILON = 1e-3
"""Added to the variance by every batch normalisation of the network."""


def trunk_graph(tensors: Tensors, ranges: Mapping[str, float], *, size: int) -> Any:
    """Make an openvino.Model from (n, size, size, 3) uint8 crops to (n, 1792) float32 pooled features, n free.

    tensors are a state dict under facenet-pytorch's names. Every batch normalisation is folded into the convolution
    before it, and every residual block's scale into its last convolution; up to float32 rounding the results are the
    same. A convolution with a range in `ranges` multiplies 8-bit numbers instead (see recog.embed.openvino_layers).

    Raises:
        KeyError: a tensor of the network is missing.
    """
    build = _Builder(tensors, ranges)
    ops = openvino.opset13
    crops = crops_input(size)
    x = ops.divide(ops.subtract(pixels(crops), np.float32(127.5)), np.float32(128.0))
    x = build.unit(x, "conv2d_1a", stride=2)
    x = build.unit(build.unit(x, "conv2d_2a"), "conv2d_2b", pad=(1, 1))
    (x,) = build.inputs(x, "conv2d_3b.conv")  # rounded before max pooling, with the same result
    x = build.convolved(max_pool(x), "conv2d_3b")
    x = build.unit(build.unit(x, "conv2d_4a"), "conv2d_4b", stride=2)
    for block in range(5):
        x = build.residual(x, f"repeat_1.{block}", [[], [(1, 1)], [(1, 1), (1, 1)]], scale=0.17)
    first, second = build.inputs(x, "mixed_6a.branch0.conv", "mixed_6a.branch1.0.conv")
    x = _joined(
        build.convolved(first, "mixed_6a.branch0", stride=2),
        build.reduction(second, "mixed_6a.branch1", 3),
        max_pool(x),
    )
    for block in range(10):
        x = build.residual(x, f"repeat_2.{block}", [[], [(0, 3), (3, 0)]], scale=0.10)
    branches = [f"mixed_7a.branch{number}" for number in range(3)]
    inputs = build.inputs(x, *(f"{branch}.0.conv" for branch in branches))
    ends = map(build.reduction, inputs, branches, (2, 2, 3))
    x = _joined(*ends, max_pool(x))
    for block in range(5):
        x = build.residual(x, f"repeat_3.{block}", [[], [(0, 1), (1, 0)]], scale=0.20)
    x = build.residual(x, "block8", [[], [(0, 1), (1, 0)]], scale=1.0, rectified=False)
    return openvino.Model([mean_over_places(x)], [crops], "InceptionResnetV1")


class _Builder:
    """Adds the network's parts to a graph; names are those of the state dict."""

    def __init__(self, tensors: Tensors, ranges: Mapping[str, float]) -> None:
        self._tensors = tensors
        self._ranges = ranges

    def inputs(self, x: Any, *names: str) -> list[Any]:
        """Return x as the input of each convolution: rounded to bytes once for all, or unchanged for float32."""
        ranges = [self._ranges.get(name) for name in names]
        known = [largest for largest in ranges if largest is not None]
        if not known:
            return [x] * len(names)
        shared = rounded(x, max(known))
        return [x if largest is None else shared for largest in ranges]

    def unit(self, x: Any, name: str, *, stride: int = 1, pad: tuple[int, int] = (0, 0)) -> Any:
        """Add a convolution without bias, batch normalisation and ReLU."""
        (x,) = self.inputs(x, f"{name}.conv")
        return self.convolved(x, name, stride=stride, pad=pad)

    def convolved(self, x: Any, name: str, *, stride: int = 1, pad: tuple[int, int] = (0, 0)) -> Any:
        """Add a unit on an input that `inputs` returned."""
        gain = self._tensors[f"{name}.bn.weight"] / np.sqrt(self._tensors[f"{name}.bn.running_var"] + _EPSILON)
        bias = self._tensors[f"{name}.bn.bias"] - self._tensors[f"{name}.bn.running_mean"] * gain
        weight = self._tensors[f"{name}.conv.weight"] * gain[:, None, None, None]
        return openvino.opset13.relu(self._convolution(x, f"{name}.conv", weight, bias, stride=stride, pad=pad))

    def residual(
        self, x: Any, name: str, branches: list[list[tuple[int, int]]], *, scale: float, rectified: bool = True
    ) -> Any:
        """Add x + scale * (1 x 1 convolution of all branches); a branch is a 1 x 1 unit, then one unit a padding."""
        firsts = [f"{name}.branch{number}" + (".0" if pads else "") for number, pads in enumerate(branches)]
        ends = []
        inputs = self.inputs(x, *(f"{first}.conv" for first in firsts))
        for y, first, pads in zip(inputs, firsts, branches, strict=True):
            end = self.convolved(y, first)
            for place, pad in enumerate(pads, start=1):
                end = self.unit(end, f"{first.removesuffix('.0')}.{place}", pad=pad)
            ends.append(end)
        (joined,) = self.inputs(_joined(*ends), f"{name}.conv2d")
        factor = np.float32(scale)
        weight, bias = self._tensors[f"{name}.conv2d.weight"] * factor, self._tensors[f"{name}.conv2d.bias"] * factor
        added = openvino.opset13.add(self._convolution(joined, f"{name}.conv2d", weight, bias), x)
        return openvino.opset13.relu(added) if rectified else added

    def reduction(self, x: Any, name: str, units: int) -> Any:
        """Add a branch that halves the sides, on an input that `inputs` returned: two or three units.

        These are a 1 x 1 unit, a padded one if there are three, and one of stride 2.
        """
        x = self.convolved(x, f"{name}.0")
        if units == 3:
            x = self.unit(x, f"{name}.1", pad=(1, 1))
        return self.unit(x, f"{name}.{units - 1}", stride=2)

    def _convolution(
        self, x: Any, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32], **options: Any
    ) -> Any:
        return convolution(x, weight, bias, in_bytes=name in self._ranges, **options)


def _joined(*branches: Any) -> Any:
    """Concatenate along the channels."""
    return openvino.opset13.concat(list(branches), 1)
