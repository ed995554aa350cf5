"""Receptive fields of an OpenVINO graph: one walk over its operators."""

from collections.abc import Sequence
from typing import Any

from recog.explain.extents import Field, joined

_POINTWISE = frozenset(
    {
        "Abs", "Add", "BatchNormInference", "Ceiling", "Clamp", "Concat", "Convert", "Divide", "Elu", "Exp",
        "FakeQuantize", "Floor", "Gelu", "HSigmoid", "HSwish", "HardSigmoid", "MatMul", "Maximum", "Minimum",
        "Mish", "Multiply", "Negative", "PRelu", "Power", "Relu", "Round", "Selu", "Sigmoid", "SoftMax",
        "SoftPlus", "Sqrt", "Squared", "Subtract", "Swish", "Tanh"
    }
)  # fmt: skip
_WHOLE = frozenset(
    {
        "ReduceL2", "ReduceMax", "ReduceMean", "ReduceSum"
    }
)  # fmt: skip
_SHAPES = frozenset(
    {
        "Gather", "Reshape", "Slice", "Split", "Squeeze", "StridedSlice", "Transpose", "Unsqueeze",
        "VariadicSplit"
    }
)  # fmt: skip
_CONVOLUTIONS = frozenset({"Convolution", "GroupConvolution"})
_POOLS = frozenset({"AvgPool", "MaxPool"})
_MAP = 4
"""Axes of a map: batch, channels, rows, columns."""


def fields_of(model: Any, names: Sequence[str]) -> dict[str, tuple[int, Field]]:
    """Return units and field of the named values of an openvino.Model with one input, (1, 3, height, width).

    Left out are values that are neither maps nor vectors, and those behind an operator whose field is not known.
    """
    wanted = set(names)
    fields: dict[tuple[str, int], Field | None] = {}
    found: dict[str, tuple[int, Field]] = {}
    for operator in model.get_ordered_ops():
        if operator.get_type_name() == "Parameter":
            fields[_key(operator.output(0))] = Field.of_input(*operator.output(0).get_shape()[2:])
            continue
        sources = [each.get_source_output() for each in operator.inputs()]
        before = [fields[_key(one)] for one in sources if _key(one) in fields]
        if not before or operator.get_type_name() == "ShapeOf":  # a shape does not depend on pixels
            continue
        known = [one for one in before if one is not None]
        field = _after(operator, known) if len(known) == len(before) else None
        for output in operator.outputs():
            fields[_key(output)] = field
            shape = list(output.get_shape()) if output.get_partial_shape().is_static else []
            if field is not None and len(shape) in {2, _MAP}:
                found.update(dict.fromkeys(output.get_names() & wanted, (shape[1], field)))
    return {name: found[name] for name in names if name in found}


def _key(output: Any) -> tuple[str, int]:
    return output.get_node().get_name(), output.get_index()


def _after(operator: Any, before: Sequence[Field]) -> Field | None:
    """Return the field of an operator's result; None if it is not known."""
    kind, shape = operator.get_type_name(), operator.output(0).get_partial_shape()
    sides = tuple(shape.to_shape()[2:]) if shape.is_static and len(shape) == _MAP else None
    field: Field | None = None
    if kind in _CONVOLUTIONS and sides:
        kernel = operator.input(1).get_partial_shape().to_shape()[-2:]
        field = _windowed(operator, kernel, before[0], sides)
    elif kind in _POOLS and sides:
        field = _windowed(operator, operator.get_attributes()["kernel"], before[0], sides)
    elif kind in _SHAPES and sides in {None, before[0].shape}:
        field = before[0] if sides else before[0].whole()
    elif kind in _WHOLE:
        field = before[0].whole()
    elif kind in _POINTWISE:
        field = joined(before)
    if field is None or sides is None or field.shape == sides:
        return field
    return field.spread(*sides) if field.shape == (1, 1) else None


def _windowed(operator: Any, kernel: Sequence[int], before: Field, sides: Sequence[int]) -> Field:
    given = operator.get_attributes()
    dilations = given.get("dilations", [1, 1])
    rows, columns = (
        axis.windowed(
            kernel[at],
            stride=given["strides"][at],
            before=given["pads_begin"][at],
            dilation=dilations[at],
            length=sides[at],
        )
        for at, axis in enumerate((before.rows, before.columns))
    )
    return Field(rows, columns)
