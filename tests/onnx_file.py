"""A tiny real ONNX file, written field by field (https://github.com/onnx/onnx, onnx.proto).

The network embeds the mean colour of an image, (mean of each channel) @ weight, so that a test knows it beforehand.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_FLOAT, _INTEGER_ATTRIBUTE = 1, 2


def mean_colour_network(weight: NDArray[np.float32], *, side: int, inputs: int = 1) -> bytes:
    """(n, 3, side, side) float32 -> (n, dim) float32 with a weight of (3, dim); inputs above 1 are never read."""
    dim = weight.shape[1]
    nodes = (
        _node("GlobalAveragePool", ["image"], "pooled"),
        _node("Flatten", ["pooled"], "flat", axis=1),
        _node("MatMul", ["flat", "weight"], "embedding"),
    )
    tensor = b"".join(_number(1, length) for length in weight.shape) + _number(2, _FLOAT) + _text(8, "weight")
    tensor += _field(9, weight.astype("<f4").tobytes())
    names = ["image", *(f"unused{number}" for number in range(1, inputs))]
    graph = b"".join(_field(1, node) for node in nodes) + _text(2, "mean colour") + _field(5, tensor)
    graph += b"".join(_field(11, _value(name, ["n", 3, side, side])) for name in names)
    graph += _field(12, _value("embedding", ["n", dim]))
    return _number(1, 8) + _text(2, "tests") + _field(7, graph) + _field(8, _text(1, "") + _number(2, 13))


def _node(kind: str, inputs: Sequence[str], output: str, **attributes: int) -> bytes:
    node = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, kind)
    for name, value in attributes.items():
        node += _field(5, _text(1, name) + _number(3, value) + _number(20, _INTEGER_ATTRIBUTE))
    return node


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sides = (_text(2, side) if isinstance(side, str) else _number(1, side) for side in shape)
    tensor = _number(1, _FLOAT) + _field(2, b"".join(_field(1, side) for side in sides))
    return _text(1, name) + _field(2, _field(1, tensor))


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
