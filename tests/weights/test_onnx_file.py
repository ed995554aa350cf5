from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from onnx import TensorProto, helper, numpy_helper

from recog.errors import WeightsMismatchError
from recog.weights.onnx_file import constants_of, read_onnx


def blocked(
    quantised: np.ndarray, scales: np.ndarray, zeros: np.ndarray, *, axis: int, block: int, shape: list[int]
) -> onnx.ModelProto:
    """A network image + weight, whose weight is quantised in blocks and then reshaped."""
    constants = {"q": quantised, "s": scales, "z": zeros, "shape": np.array(shape, np.int64)}
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], axis=axis, block_size=block),
        helper.make_node("Reshape", ["d", "shape"], ["weight"]),
        helper.make_node("Add", ["image", "weight"], ["sum"]),
    ]
    image, total, old = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("image", "sum", "old")
    )
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    scale = helper.make_tensor_value_info("s", TensorProto.FLOAT, scales.shape)
    graph = helper.make_graph(nodes, "blocked", [image, scale, old], [total], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])


def written(model: onnx.ModelProto, folder: Path) -> Path:
    path = folder / "network.onnx"
    path.write_bytes(model.SerializeToString())
    return path


@settings(deadline=None)
@given(data=st.data(), rows=st.integers(1, 5), blocks=st.integers(1, 4), block=st.integers(1, 7))
def test_blocks_of_bytes_become_float32_weights(
    data: st.DataObject, rows: int, blocks: int, block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    width = blocks * block
    quantised = data.draw(arrays.arrays(np.int8, (rows, width)))
    scales = data.draw(arrays.arrays(np.float32, (rows, blocks), elements=st.floats(0.125, 4, width=32)))
    zeros = data.draw(arrays.arrays(np.int8, (rows, blocks)))
    model = blocked(quantised, scales, zeros, axis=1, block=block, shape=[width, rows])
    read = read_onnx(written(model, tmp_path_factory.mktemp("onnx")))
    wide = np.repeat(scales, block, axis=1), np.repeat(zeros, block, axis=1).astype(np.float32)
    expected = ((quantised.astype(np.float32) - wide[1]) * wide[0]).reshape(width, rows)
    constants = constants_of(read)
    assert list(constants) == ["weight"]
    assert constants["weight"].dtype == np.float32
    np.testing.assert_array_equal(constants["weight"], expected)


def test_inputs_with_a_value_and_inputs_that_nothing_reads_go(tmp_path: Path) -> None:
    model = blocked(
        np.ones((2, 4), np.int8), np.ones((2, 2), np.float32), np.zeros((2, 2), np.int8), axis=1, block=2, shape=[2, 4]
    )
    read = read_onnx(written(model, tmp_path))
    assert [value.name for value in read.graph.input] == ["image"]
    onnx.checker.check_model(read)


def test_a_block_that_does_not_fit_its_weight_is_refused(tmp_path: Path) -> None:
    model = blocked(
        np.ones((2, 4), np.int8), np.ones((2, 3), np.float32), np.zeros((2, 3), np.int8), axis=1, block=2, shape=[2, 4]
    )
    with pytest.raises(WeightsMismatchError, match=r"constant d of .* has scales of shape \(2, 3\)"):
        read_onnx(written(model, tmp_path))


@pytest.mark.parametrize("content", [b"no network", b"\xff" * 40])
def test_what_is_no_onnx_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "network.onnx"
    path.write_bytes(content)
    with pytest.raises(WeightsMismatchError, match="no ONNX file"):
        read_onnx(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "network.onnx"
    path.write_bytes(b"")
    with pytest.raises(WeightsMismatchError, match="no ONNX file of a network"):
        read_onnx(path)


def test_operators_newer_than_the_installed_onnx_are_refused(tmp_path: Path) -> None:
    model = blocked(
        np.ones((2, 4), np.int8), np.ones((2, 2), np.float32), np.zeros((2, 2), np.int8), axis=1, block=2, shape=[2, 4]
    )
    model.opset_import[0].version = 999
    with pytest.raises(WeightsMismatchError, match="operators of version 999"):
        read_onnx(written(model, tmp_path))


def test_weights_in_another_file_are_refused(tmp_path: Path) -> None:
    model = blocked(
        np.ones((2, 4), np.int8), np.ones((2, 2), np.float32), np.zeros((2, 2), np.int8), axis=1, block=2, shape=[2, 4]
    )
    tensor = model.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, "weights.bin")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    with pytest.raises(WeightsMismatchError, match="weights in another file"):
        read_onnx(written(model, tmp_path))
