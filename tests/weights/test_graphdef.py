import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recog.weights.graphdef import read_constants


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def message(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def node(name: str, tensor: bytes, operation: str = "Const") -> bytes:
    value = message(1, b"value") + message(2, message(8, tensor))
    dtype = message(1, b"dtype") + message(2, number(6, 1))
    body = message(1, name.encode()) + message(2, operation.encode()) + message(5, dtype) + message(5, value)
    return message(1, body)


def tensor(array: np.ndarray, dtype: int = 1) -> bytes:
    shape = b"".join(message(2, number(1, side)) for side in array.shape)
    return number(1, dtype) + message(2, shape) + message(4, array.tobytes())


GRAPH = (
    node("a/weights", tensor(np.arange(6, dtype="<f4").reshape(2, 3)))
    + node("axis", tensor(np.zeros(2, dtype="<i4"), dtype=3))
    + node("sum", b"", operation="Add")
    + message(4, number(1, 22))
)


def test_float_constants_are_read_with_name_shape_and_values_and_nothing_else_is() -> None:
    constants = read_constants(GRAPH)
    assert list(constants) == ["a/weights"]
    np.testing.assert_array_equal(constants["a/weights"], [[0, 1, 2], [3, 4, 5]])
    assert constants["a/weights"].dtype == np.float32


def test_a_single_value_fills_the_whole_shape() -> None:
    splat = number(1, 1) + message(2, message(2, number(1, 3))) + varint(5 << 3 | 5) + struct.pack("<f", 0.5)
    np.testing.assert_array_equal(read_constants(node("ones", splat))["ones"], [0.5, 0.5, 0.5])


def test_content_that_does_not_fit_its_shape_is_refused() -> None:
    short = number(1, 1) + message(2, message(2, number(1, 3))) + message(4, bytes(8))
    with pytest.raises(ValueError, match=r"\(3,\) holds 8 bytes instead of 12"):
        read_constants(node("x", short))


def test_a_shape_of_many_gigabytes_is_refused_before_memory_is_taken() -> None:
    huge = number(1, 1) + message(2, message(2, number(1, 1 << 30)) * 2) + message(4, bytes(4))
    with pytest.raises(ValueError, match="larger than any"):
        read_constants(node("x", huge))


@pytest.mark.parametrize(
    "damaged",
    [b"\x0a", b"\x0a\x05abc", b"\xff" * 12, b"\x0b", b"\x0a\x02\x08\x01", message(1, message(5, number(1, 1)))],
)
def test_bytes_that_are_no_graph_are_a_value_error(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r"no protobuf message|no GraphDef"):
        read_constants(damaged)


@given(st.integers(0, len(GRAPH) - 1), st.integers(0, 255))
def test_a_changed_byte_gives_constants_or_a_value_error(place: int, value: int) -> None:
    """Nothing but a ValueError ever leaves the reader."""
    with contextlib.suppress(ValueError):
        read_constants(GRAPH[:place] + bytes([value]) + GRAPH[place + 1 :])


@given(st.integers(0, len(GRAPH)))
def test_a_graph_cut_anywhere_gives_no_constant_that_it_does_not_hold_whole(length: int) -> None:
    constants = {}
    with contextlib.suppress(ValueError):
        constants = read_constants(GRAPH[:length])
    assert list(constants) in ([], ["a/weights"])
    for array in constants.values():
        np.testing.assert_array_equal(array, np.arange(6).reshape(2, 3))
