"""MTCNN's three networks as OpenVINO graphs, built from the tensors of the verified weights file."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.detect.rounding import FIRST, HIGHEST, LEVELS, PIXELS, Levels, rounded_weight
from recog.weights.openvino_kernel import kernel
from recog.weights.openvino_runtime import openvino

Tensors: TypeAlias = Mapping[str, NDArray[np.float32]]
"""A state dict under facenet-pytorch's names, prefixed by 'pnet.', 'rnet.' or 'onet.'."""

_CENTRE, _SCALE = 127.5, 0.0078125
"""The networks were trained on (x - 127.5) / 128; the graphs take 0 to 255 and fold this into the first layer."""


def proposal_graph(tensors: Tensors, *, in_bytes: bool) -> Any:
    """P-Net: (1, 3, h, w) uint8 -> (1, 6, h', w'), two logits (no face, face) and four offsets; h and w free, even.

    in_bytes selects 8-bit multiplication. Without it, float32 computes with the same rounded numbers, for processors
    without sums of byte products (VNNI), on which 8-bit sums would saturate.
    """
    build = _Builder(tensors, "pnet", in_bytes=in_bytes)
    image = openvino.opset13.parameter([1, 3, -1, -1], np.uint8)
    x = _pooled(build.rounded(build.first(image, "prelu1"), "conv2"), 2)
    x = build.rounded(build.convolution(x, "conv2", "prelu2"), "conv3")
    x = build.rounded(build.convolution(x, "conv3", "prelu3"), "conv4_1")
    return build.model(image, build.ends(x, ["conv4_1", "conv4_2"]))


def refinement_graph(tensors: Tensors, *, batch: int) -> Any:
    """R-Net: (batch, 3, 24, 24) uint8 -> (batch, 6), two logits and four offsets; in float32."""
    build = _Builder(tensors, "rnet", in_bytes=False)
    image = openvino.opset13.parameter([batch, 3, 24, 24], np.uint8)
    x = _pooled(build.first(image, "prelu1"), 3)
    x = _pooled(build.convolution(x, "conv2", "prelu2"), 3)
    x = build.dense(build.convolution(x, "conv3", "prelu3"), "dense4", "prelu4", side=3)
    return build.model(image, _flat(build.ends(x, ["dense5_1", "dense5_2"])))


def output_graph(tensors: Tensors, *, batch: int) -> Any:
    """O-Net: (batch, 3, 48, 48) uint8 -> (batch, 16), two logits, four offsets, ten of landmarks; in float32."""
    build = _Builder(tensors, "onet", in_bytes=False)
    image = openvino.opset13.parameter([batch, 3, 48, 48], np.uint8)
    x = _pooled(build.first(image, "prelu1"), 3)
    x = _pooled(build.convolution(x, "conv2", "prelu2"), 3)
    x = _pooled(build.convolution(x, "conv3", "prelu3"), 2)
    x = build.dense(build.convolution(x, "conv4", "prelu4"), "dense5", "prelu5", side=3)
    return build.model(image, _flat(build.ends(x, ["dense6_1", "dense6_2", "dense6_3"])))


class _Builder:
    """Adds one network's layers to a graph; names are those of the state dict."""

    def __init__(self, tensors: Tensors, network: str, *, in_bytes: bool) -> None:
        self._tensors = tensors
        self._network = network
        self._in_bytes = in_bytes

    def first(self, image: Any, activation: str) -> Any:
        """Add the first convolution, over whole pixels."""
        weight = self._weight("conv1") * np.float32(_SCALE)
        bias = self._tensor("conv1.bias") - weight.sum(axis=(1, 2, 3)) * np.float32(_CENTRE)
        pixels = openvino.opset13.convert(image, np.float32)
        seen = self._between(pixels, PIXELS) if self._in_bytes else pixels
        return self._layer(seen, weight, bias, activation, in_bytes=self._in_bytes)

    def convolution(self, x: Any, name: str, activation: str) -> Any:
        """Add a convolution with bias and PReLU."""
        return self._layer(
            x, self._weight(name), self._tensor(f"{name}.bias"), activation, in_bytes=self._is_in_bytes(name)
        )

    def dense(self, x: Any, name: str, activation: str, *, side: int) -> Any:
        """Add a dense layer over (n, c, side, side) as a convolution; torch flattened it as columns, rows, channels."""
        weight = self._tensor(f"{name}.weight")
        weight = np.ascontiguousarray(weight.reshape(len(weight), side, side, -1).transpose(0, 3, 2, 1))
        return self._layer(x, weight, self._tensor(f"{name}.bias"), activation, in_bytes=False)

    def ends(self, x: Any, names: Sequence[str]) -> Any:
        """Add the network's last layers, which share the input x, as one layer with concatenated outputs."""
        weights = [self._weight(name) for name in names]
        weight = np.concatenate([each.reshape(len(each), -1, 1, 1) for each in weights])
        bias = np.concatenate([self._tensor(f"{name}.bias") for name in names])
        return self._layer(x, weight, bias, None, in_bytes=self._is_in_bytes(names[0]))

    def rounded(self, x: Any, name: str) -> Any:
        """Round x to the input levels of layer `name`; a max pooling in between keeps them."""
        return self._between(x, LEVELS[f"{self._network}.{name}"])

    def model(self, image: Any, end: Any) -> Any:
        """Make the graph from its input to its output."""
        return openvino.Model([end], [image], self._network)

    def _between(self, x: Any, levels: Levels) -> Any:
        ops = openvino.opset13
        if self._in_bytes:  # OpenVINO makes 8-bit layers of these
            low, high = np.float32(levels.low), np.float32(levels.high)
            return ops.fake_quantize(x, low, high, low, high, HIGHEST + 1)
        places = ops.round(ops.divide(x, np.float32(levels.step)), "half_to_even")
        return ops.multiply(ops.clamp(places, -levels.zero, HIGHEST - levels.zero), np.float32(levels.step))

    def _layer(
        self, x: Any, weight: NDArray[np.float32], bias: NDArray[np.float32], activation: str | None, *, in_bytes: bool
    ) -> Any:
        ops = openvino.opset13
        x = ops.convolution(x, kernel(weight, in_bytes=in_bytes), [1, 1], [0, 0], [0, 0], [1, 1])
        x = ops.add(x, ops.constant(bias.reshape(1, -1, 1, 1)))
        return x if activation is None else ops.prelu(x, ops.constant(self._tensor(f"{activation}.weight")))

    def _is_in_bytes(self, name: str) -> bool:
        return self._in_bytes and f"{self._network}.{name}" in LEVELS

    def _weight(self, name: str) -> NDArray[np.float32]:
        """Return a layer's weights, rounded if its input is."""
        weight, full = self._tensor(f"{name}.weight"), f"{self._network}.{name}"
        return rounded_weight(weight) if full in LEVELS or full in FIRST else weight

    def _tensor(self, name: str) -> NDArray[np.float32]:
        return self._tensors[f"{self._network}.{name}"]


def _pooled(x: Any, side: int) -> Any:
    """Add max pooling over side x side pixels with stride 2; partial windows at the border count."""
    return openvino.opset13.max_pool(x, [2, 2], [1, 1], [0, 0], [0, 0], [side, side], "ceil").output(0)


def _flat(x: Any) -> Any:
    """(n, c, 1, 1) -> (n, c)."""
    return openvino.opset13.squeeze(x, np.array([2, 3]))
