from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

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


def test_zeros_that_do_not_fit_their_blocks_are_refused(tmp_path: Path) -> None:
    model = blocked(
        np.ones((2, 4), np.int8), np.ones((2, 2), np.float32), np.ones((2, 3), np.int8), axis=1, block=2, shape=[2, 4]
    )
    with pytest.raises(WeightsMismatchError, match=r"constant d of .* has zeros of shape \(2, 3\) instead of \(2, 2\)"):
        read_onnx(written(model, tmp_path))


def quantised(
    *inputs: str,
    zero: int = 0,
    scale: TensorProto | None = None,
    nodes: Sequence[onnx.NodeProto] = (),
    domain: str = "",
) -> onnx.ModelProto:
    """A network image + d of shape (2, 4), where d is 0 to 7, quantised with scale 0.5; nodes take the sum's place."""
    initializers = [
        numpy_helper.from_array(np.arange(8, dtype=np.int8).reshape(2, 4), "q"),
        scale or numpy_helper.from_array(np.array(0.5, np.float32), "s"),
        numpy_helper.from_array(np.array(0, np.int8), "z"),
        numpy_helper.from_array(np.array(True), "yes"),
    ]
    image, total = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 4]) for name in ("image", "sum"))
    dequantised = helper.make_node("DequantizeLinear", inputs, ["d"], domain=domain)
    add = helper.make_node("Add", ["image", "d"], ["sum"])
    graph = helper.make_graph([dequantised, *(nodes or [add])], "quantised", [image], [total], initializers)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    )


def branch(name: str, *initializers: TensorProto) -> onnx.GraphProto:
    """A branch of an If that adds the image and d of the network around it."""
    value = helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 4])
    return helper.make_graph([helper.make_node("Add", ["image", "d"], [name])], name, [], [value], list(initializers))


@pytest.mark.parametrize("inputs", [("q", "s"), ("q", "s", ""), ("q", "s", "z")])
def test_a_zero_may_be_missing_in_either_way(inputs: tuple[str, ...], tmp_path: Path) -> None:
    constants = constants_of(read_onnx(written(quantised(*inputs), tmp_path)))
    assert list(constants) == ["d"]
    np.testing.assert_array_equal(constants["d"], np.arange(8, dtype=np.float32).reshape(2, 4) / 2)


def test_constants_that_only_branches_read_stay(tmp_path: Path) -> None:
    choice = helper.make_node("If", ["yes"], ["sum"], then_branch=branch("then"), else_branch=branch("else"))
    read = read_onnx(written(quantised("q", "s", nodes=[choice]), tmp_path))
    assert set(constants_of(read)) == {"yes", "d"}
    assert [value.name for value in read.graph.input] == ["image"]
    (total,) = ReferenceEvaluator(read).run(None, {"image": np.ones((2, 4), np.float32)})
    np.testing.assert_array_equal(total, 1 + np.arange(8, dtype=np.float32).reshape(2, 4) / 2)


def test_an_operator_of_another_domain_stays(tmp_path: Path) -> None:
    read = read_onnx(written(quantised("q", "s", "z", domain="com.microsoft"), tmp_path))
    assert [node.op_type for node in read.graph.node] == ["DequantizeLinear", "Add"]


@pytest.mark.parametrize(
    "scale",
    [
        TensorProto(name="s", data_type=99, dims=[1], raw_data=b"1234"),
        TensorProto(name="s", data_type=TensorProto.FLOAT, dims=[1 << 31, 1 << 31], raw_data=b"1234"),
        numpy_helper.from_array(np.ones((1, 2), np.float32), "s"),
    ],
    ids=["unknown type", "a claim of exabytes", "wrong rank"],
)
def test_a_constant_that_cannot_be_computed_is_refused(scale: TensorProto, tmp_path: Path) -> None:
    with pytest.raises(WeightsMismatchError, match=r"the constant d of .* cannot be computed"):
        read_onnx(written(quantised("q", "s", scale=scale), tmp_path))


def kept_elsewhere(name: str) -> TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[2, 4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights.bin")
    return tensor


@pytest.mark.parametrize(
    "nodes",
    [
        [helper.make_node("Constant", [], ["sum"], value=kept_elsewhere("c"))],
        [
            helper.make_node(
                "If", ["yes"], ["sum"], then_branch=branch("then", kept_elsewhere("c")), else_branch=branch("else")
            )
        ],
    ],
    ids=["operator", "branch"],
)
def test_weights_of_an_operator_or_a_branch_in_another_file_are_refused(
    nodes: list[onnx.NodeProto], tmp_path: Path
) -> None:
    with pytest.raises(WeightsMismatchError, match="weights in another file"):
        read_onnx(written(quantised("q", "s", nodes=nodes), tmp_path))


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
