"""SFace's network as an OpenVINO graph, built from the tensors of the verified weights file."""

from typing import Any

import numpy as np

from recog.embed.openvino_layers import Tensors, convolution, crops_input, pixels
from recog.weights.openvino_runtime import in_float32, openvino
from recog.weights.sface import FEATURES, MEAN, SCALE, SIDE, layers

_LAST_IN_FLOAT32 = "conv_2_dw"
"""The last layer that is computed in float32 even in a network of bfloat16.

The first two are those that rounded weights harm (see docs/decisions/sface.md).
"""


def sface_graph(tensors: Tensors) -> Any:
    """Make an openvino.Model from (n, 112, 112, 3) uint8 chips to (n, 128) float32, SFace's own embedding, n free.

    tensors are those of recog.weights.sface_file. Eight bits are too few; compiled for bfloat16, the first two layers
    stay in float32 (see docs/decisions/sface.md).

    Raises:
        KeyError: a tensor of the network is missing.
    """
    ops = openvino.opset13
    chips = crops_input(SIDE)
    x = ops.multiply(ops.subtract(pixels(chips), np.float32(MEAN)), np.float32(SCALE))
    for layer in layers():
        side = layer.kernel // 2
        x = convolution(
            x, tensors[f"{layer.name}.conv.weight"], tensors[f"{layer.name}.conv.bias"],
            in_bytes=False, stride=layer.stride, pad=(side, side), depthwise=layer.depthwise,
        )  # fmt: skip
        x = ops.prelu(x, ops.constant(tensors[f"{layer.name}.slope.weight"].reshape(1, -1, 1, 1)))
        if layer.name == _LAST_IN_FLOAT32:
            in_float32(x)
    weight = tensors["fc.weight"].reshape(FEATURES, -1)
    flat = ops.reshape(x, np.array([-1, weight.shape[1]]), special_zero=False)
    found = ops.add(ops.matmul(flat, ops.constant(weight), False, True), ops.constant(tensors["fc.bias"]))
    return openvino.Model([found], [chips], "SFace")
