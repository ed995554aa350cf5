"""MTCNN's three networks as OpenVINO graphs, built from the tensors of the verified weights file."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.weights.openvino_runtime import openvino

Tensors: TypeAlias = Mapping[str, NDArray[np.float32]]
"""A state dict under facenet-pytorch's names, 'pnet.', 'rnet.' and 'onet.' before them."""

_CENTRE, _SCALE = 127.5, 0.0078125
"""The networks were trained on (x - 127.5) / 128; the graphs take 0 to 255, with that folded into the first layer."""


def proposal_graph(tensors: Tensors) -> Any:
    """P-Net: (1, 3, h, w) -> (1, 4, h', w') offsets and (1, 2, h', w') probabilities; h and w free, even."""
    build = _Builder(tensors, "pnet")
    image = openvino.opset13.parameter([1, 3, -1, -1], np.float32)
    x = _pooled(build.convolution(image, "conv1", "prelu1", first=True), 2)
    x = build.convolution(build.convolution(x, "conv2", "prelu2"), "conv3", "prelu3")
    return build.model(image, [build.convolution(x, "conv4_2"), _odds(build.convolution(x, "conv4_1"))])


def refinement_graph(tensors: Tensors, *, batch: int) -> Any:
    """R-Net: (batch, 3, 24, 24) -> (batch, 4) offsets and (batch, 2) probabilities."""
    build = _Builder(tensors, "rnet")
    image = openvino.opset13.parameter([batch, 3, 24, 24], np.float32)
    x = _pooled(build.convolution(image, "conv1", "prelu1", first=True), 3)
    x = _pooled(build.convolution(x, "conv2", "prelu2"), 3)
    x = build.dense(build.convolution(x, "conv3", "prelu3"), "dense4", "prelu4", side=3)
    return build.model(image, [_flat(build.dense(x, "dense5_2")), _flat(_odds(build.dense(x, "dense5_1")))])


def output_graph(tensors: Tensors, *, batch: int) -> Any:
    """O-Net: (batch, 3, 48, 48) -> (batch, 4) offsets, (batch, 10) landmarks and (batch, 2) probabilities."""
    build = _Builder(tensors, "onet")
    image = openvino.opset13.parameter([batch, 3, 48, 48], np.float32)
    x = _pooled(build.convolution(image, "conv1", "prelu1", first=True), 3)
    x = _pooled(build.convolution(x, "conv2", "prelu2"), 3)
    x = _pooled(build.convolution(x, "conv3", "prelu3"), 2)
    x = build.dense(build.convolution(x, "conv4", "prelu4"), "dense5", "prelu5", side=3)
    ends = [build.dense(x, "dense6_2"), build.dense(x, "dense6_3"), _odds(build.dense(x, "dense6_1"))]
    return build.model(image, [_flat(end) for end in ends])


class _Builder:
    """Adds one network's layers to a graph; names are those of the state dict."""

    def __init__(self, tensors: Tensors, network: str) -> None:
        self._tensors = tensors
        self._network = network

    def convolution(self, x: Any, name: str, activation: str | None = None, *, first: bool = False) -> Any:
        """Convolution with bias, and PReLU where one is named."""
        weight, bias = self._tensor(f"{name}.weight"), self._tensor(f"{name}.bias")
        if first:
            weight = weight * np.float32(_SCALE)
            bias = bias - weight.sum(axis=(1, 2, 3)) * np.float32(_CENTRE)
        return self._layer(x, weight, bias, activation)

    def dense(self, x: Any, name: str, activation: str | None = None, *, side: int = 1) -> Any:
        """A fully connected layer over (n, c, side, side), as a convolution; torch flattened it as columns, rows, c."""
        weight = self._tensor(f"{name}.weight")
        weight = weight.reshape(len(weight), side, side, -1).transpose(0, 3, 2, 1)
        return self._layer(x, np.ascontiguousarray(weight), self._tensor(f"{name}.bias"), activation)

    def model(self, image: Any, ends: list[Any]) -> Any:
        """The graph from its input to its ends."""
        return openvino.Model(ends, [image], self._network)

    def _layer(self, x: Any, weight: NDArray[np.float32], bias: NDArray[np.float32], activation: str | None) -> Any:
        ops = openvino.opset13
        x = ops.convolution(x, ops.constant(weight), [1, 1], [0, 0], [0, 0], [1, 1])
        x = ops.add(x, ops.constant(bias.reshape(1, -1, 1, 1)))
        return x if activation is None else ops.prelu(x, ops.constant(self._tensor(f"{activation}.weight")))

    def _tensor(self, name: str) -> NDArray[np.float32]:
        return self._tensors[f"{self._network}.{name}"]


def _pooled(x: Any, side: int) -> Any:
    """Maxima of side x side pixels, two pixels apart; what is left at the border is a window too."""
    return openvino.opset13.max_pool(x, [2, 2], [1, 1], [0, 0], [0, 0], [side, side], "ceil").output(0)


def _odds(x: Any) -> Any:
    """Probabilities along the channels: no face, face."""
    return openvino.opset13.softmax(x, 1)


def _flat(x: Any) -> Any:
    """(n, c, 1, 1) -> (n, c)."""
    return openvino.opset13.squeeze(x, np.array([2, 3]))
