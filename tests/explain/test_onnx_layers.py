"""A network of one's own from an ONNX file: its layers, fields and answers, against the network's own behaviour."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from recog.embed.description import Description
from recog.explain.network import Layer
from recog.explain.onnx_layers import OnnxLayers, layer_outputs
from recog.types import Crops

SIDE = 30


def own_network() -> bytes:
    """Convolutions with stride, padding and dilation, a pooling that rounds up, a residual, a mean, a dense layer."""
    random = np.random.default_rng(0)

    def weight(name: str, *shape: int) -> onnx.TensorProto:
        return numpy_helper.from_array(random.uniform(0.1, 1.0, shape).astype(np.float32), name)

    constants = [
        weight("w1", 4, 3, 3, 3), weight("slope", 4, 1, 1), weight("w2", 4, 1, 3, 3), weight("w3", 4, 4, 1, 5),
        weight("w4", 8, 4), numpy_helper.from_array(np.array([-1, 4]), "flat_shape"),
    ]  # fmt: skip
    nodes = [
        helper.make_node("Conv", ["image", "w1"], ["c1"], "first", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("PRelu", ["c1", "slope"], ["r1"]),
        helper.make_node("MaxPool", ["r1"], ["p1"], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
        helper.make_node("Conv", ["p1", "w2"], ["c2"], "deep", dilations=[2, 2], pads=[2, 2, 2, 2], group=4),
        helper.make_node("Relu", ["c2"], ["r2"]),
        helper.make_node("Add", ["p1", "r2"], ["sum"]),
        helper.make_node("Conv", ["sum", "w3"], ["c3"], pads=[0, 0, 0, 0]),
        helper.make_node("GlobalAveragePool", ["c3"], ["mean"]),
        helper.make_node("Reshape", ["mean", "flat_shape"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w4"], ["embedding"], "last", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "own",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 8])],
        constants,
    )
    content: bytes = helper.make_model(
        graph, producer_name="tests", ir_version=8, opset_imports=[helper.make_opsetid("", 13)]
    ).SerializeToString()
    return content


def described(**more: object) -> Description:
    content = {
        "name": "own", "directory": Path(), "file": "own.onnx", "sha256": "0" * 64, "size": 1, "licence": "tests",
        "trained_on": "nothing", "input_size": SIDE, "colour": "rgb", "alignment": "box", "dim": 8,
    }  # fmt: skip
    return Description.model_validate(content | more)


@pytest.fixture(scope="module")
def shown() -> OnnxLayers:
    return OnnxLayers(described(), own_network(), Path("own.onnx"))


def lit(line: int, axis: int) -> Crops:
    """One black picture with one bright row (axis 1) or column (2)."""
    picture: Crops = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    picture.swapaxes(1, axis)[:, line] = 200
    return picture


def test_layers_are_weights_with_the_rectifier_after_them() -> None:
    outputs = layer_outputs(onnx.load_model_from_string(own_network()))
    assert outputs == {"first": "r1", "deep": "r2", "c3": "c3", "last": "embedding"}


def test_units_and_maps_are_those_of_the_file(shown: OnnxLayers) -> None:
    told = [(layer.name, layer.units, layer.field.shape) for layer in shown.layers]
    assert told == [("first", 4, (15, 15)), ("deep", 4, (7, 7)), ("c3", 4, (7, 3)), ("last", 8, (1, 1))]
    assert shown.filters.shape == (4, 3, 3, 3)


@pytest.mark.parametrize("axis", [1, 2])
def test_a_row_or_column_excites_a_place_just_if_it_lies_in_its_field(shown: OnnxLayers, axis: int) -> None:
    """All weights are positive, and black gives 0: so the strongest place is above 0 just if some field holds the line.

    Every place is asked by making all other lines of the input black.
    """
    for layer in shown.layers:
        extent = layer.field.rows if axis == 1 else layer.field.columns
        for line in range(SIDE):
            reached = shown.peaks(lit(line, axis), {layer.name: np.arange(layer.units)})[layer.name]
            expected = bool(((extent.first <= line) & (line <= extent.last)).any())
            assert bool((reached.values > 0).any()) == expected


@pytest.mark.parametrize("axis", [1, 2])
def test_fields_are_those_of_the_network_at_every_place(shown: OnnxLayers, axis: int) -> None:
    for layer in shown.layers:
        extent = layer.field.rows if axis == 1 else layer.field.columns
        touched = reached_places(layer, axis)
        lines = np.arange(SIDE)[:, None]
        np.testing.assert_array_equal(extent.first, np.where(touched, lines, 10**9).min(axis=0), err_msg=layer.name)
        np.testing.assert_array_equal(extent.last, np.where(touched, lines, -1).max(axis=0), err_msg=layer.name)


def reached_places(layer: Layer, axis: int) -> NDArray[np.bool_]:
    """Whether each line of the input, (SIDE, places), reaches each line of a layer's map, by onnx's own evaluator."""
    from onnx.reference import ReferenceEvaluator

    model = onnx.load_model_from_string(own_network())
    name = layer_outputs(model)[layer.name]
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    run = ReferenceEvaluator(model)
    touched = []
    for line in range(SIDE):
        answers: Any = run.run(None, {"image": lit(line, axis).transpose(0, 3, 1, 2).astype(np.float32)})
        maps = np.asarray(answers[0])
        maps = maps.reshape(1, layer.units, *layer.field.shape)
        touched.append(maps.max(axis=(0, 1, 4 - axis)) > 0)
    return np.array(touched)


def test_a_peak_is_the_largest_value_of_the_map_and_its_place(shown: OnnxLayers) -> None:
    inputs = np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE, 3), np.uint8)
    peaks = shown.peaks(inputs, {"first": np.array([2, 0])})["first"]
    from onnx.reference import ReferenceEvaluator

    model = onnx.load_model_from_string(own_network())
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("r1", TensorProto.FLOAT, None))
    given = {"image": inputs.transpose(0, 3, 1, 2).astype(np.float32)}
    answers: Any = ReferenceEvaluator(model).run(None, given)
    maps = np.asarray(answers[0])
    flat = maps[:, [2, 0]].reshape(3, 2, -1)
    np.testing.assert_allclose(peaks.values, flat.max(axis=2), rtol=1e-5)
    np.testing.assert_array_equal(peaks.places, flat.argmax(axis=2))


def test_the_filters_of_a_network_that_sees_blue_first_are_shown_red_first() -> None:
    rgb = OnnxLayers(described(), own_network(), Path("own.onnx")).filters
    bgr = OnnxLayers(described(colour="bgr"), own_network(), Path("own.onnx")).filters
    np.testing.assert_array_equal(rgb[:, ::-1], bgr)
