"""A reader of the constants of a frozen TensorFlow graph, without TensorFlow."""

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.typing import NDArray

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FLOAT32 = 1
"""DT_FLOAT of tensorflow/core/framework/types.proto, the only type of a network's weights."""
_MOST_ELEMENTS = 1 << 27
_MAX_VARINT_BYTES = 10
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}

Field = tuple[int, int | memoryview]
"""A field's number and its value: an integer, or the bytes of a fixed or length-delimited field."""


def read_constants(graph: bytes) -> dict[str, NDArray[np.float32]]:
    """Return every float32 Const node of a serialised GraphDef, as name -> array.

    The layout is defined by graph.proto, node_def.proto, attr_value.proto and tensor.proto. Const nodes of other types
    are shapes and axes of the graph, not weights, and are skipped. Each length is checked against the bytes there are.

    Raises:
        ValueError: the bytes are no GraphDef, or a tensor's content has not the length of its shape.
    """
    constants: dict[str, NDArray[np.float32]] = {}
    for number, node in _fields(memoryview(graph)):
        if number != 1:
            continue
        name, operation, tensor = _node(_message(node))
        if operation != "Const" or tensor is None:
            continue
        array = _float_array(name, tensor)
        if array is not None:
            constants[name] = array
    return constants


def _node(node: memoryview) -> tuple[str, str, memoryview | None]:
    """Return (name, operation, value) of a NodeDef; value is its attribute "value" of type tensor, if there is one."""
    name, operation, tensor = "", "", None
    for number, value in _fields(node):
        if number == 1:
            name = _text(value)
        elif number == 2:
            operation = _text(value)
        elif number == 5:
            entry = dict(_fields(_message(value)))
            if _text(entry.get(1, memoryview(b""))) == "value":
                tensors = [_message(v) for n, v in _fields(_message(entry.get(2, memoryview(b"")))) if n == 8]
                tensor = tensors[-1] if tensors else None
    return name, operation, tensor


def _float_array(name: str, tensor: memoryview) -> NDArray[np.float32] | None:
    """Return the array of a TensorProto; None if it is not float32."""
    fields = list(_fields(tensor))
    if (1, _FLOAT32) not in fields:
        return None
    shape = [
        _dimension(_message(side))
        for number, value in fields
        if number == 2
        for part, side in _fields(_message(value))
        if part == 2
    ]
    # tensor_content (4) holds the raw bytes, or float_val (5) the values, one by one or packed.
    data = b"".join(_message(value) for number, value in fields if number in {4, 5})
    size = prod(shape)
    if size > _MOST_ELEMENTS:
        raise ValueError(f"tensor {name!r} of shape {tuple(shape)} is larger than any of a network's")
    if len(data) == 4:
        data *= size  # tensor.proto: a single value is that of all elements
    if len(data) != 4 * size:
        raise ValueError(f"tensor {name!r} of shape {tuple(shape)} holds {len(data)} bytes instead of {4 * size}")
    return np.frombuffer(data, dtype="<f4").astype(np.float32).reshape(shape)


def _dimension(message: memoryview) -> int:
    sizes = [value for number, value in _fields(message) if number == 1]
    size = sizes[-1] if sizes else 0
    if not isinstance(size, int) or size >= 1 << 31:
        raise ValueError(f"a tensor's side cannot be {size!r}")
    return size


def _fields(message: memoryview) -> Iterator[Field]:
    """Yield every field of a message of the protobuf wire format, in order."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == _VARINT:
            integer, at = _varint(message, at)
            yield number, integer
            continue
        if wire_type == _BYTES:
            length, at = _varint(message, at)
        elif wire_type in _FIXED_SIZES:
            length = _FIXED_SIZES[wire_type]
        else:
            raise ValueError(f"no protobuf message: wire type {wire_type} at byte {at}")
        if length > len(message) - at:
            raise ValueError(f"no protobuf message: a field of {length} bytes, but only {len(message) - at} are left")
        yield number, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return the integer at an offset, and the offset after it."""
    value = 0
    for count in range(_MAX_VARINT_BYTES):
        if at + count >= len(message):
            raise ValueError("no protobuf message: it ends inside a number")
        byte = message[at + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, at + count + 1
    raise ValueError(f"no protobuf message: a number of more than {_MAX_VARINT_BYTES} bytes at byte {at}")


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("no GraphDef: a number instead of a message")  # noqa: TRY004 - bad bytes, not a bad call
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_message(value)).decode(errors="replace")
