"""Reading of ONNX files: checks, and constants in float32."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx.defs import onnx_opset_version
from onnx.reference import ReferenceEvaluator

from recog.errors import WeightsMismatchError

_FOLDED = {"DequantizeLinear", "Reshape"}
"""Operators that are computed here if all of their inputs are constants.

Quantised files store a weight as bytes with a scale for each block; OpenVINO and torch read no such blocks.
"""
_EXTERNAL = onnx.TensorProto.EXTERNAL


def read_onnx(path: Path) -> onnx.ModelProto:
    """Read a network. Its quantised constants become float32; inputs that have a value, or that nothing reads, go.

    Raises:
        WeightsMismatchError: the file is no ONNX network, is newer than the installed onnx, or keeps its constants in
            another file.
    """
    return parse_onnx(path.read_bytes(), path)


def parse_onnx(content: bytes, path: Path) -> onnx.ModelProto:
    """Do the same with the content of the file at path."""
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise WeightsMismatchError(f"{path} is no ONNX file: export the network as ONNX") from error
    _check(model, path)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = list(model.graph.node)
    kept = []
    for node in nodes:
        if node.op_type in _FOLDED and all(name in constants for name in node.input):
            constants[node.output[0]] = _computed(node, [constants[name] for name in node.input], model, path)
        else:
            kept.append(node)
    used = {name for node in kept for name in node.input} | {value.name for value in model.graph.output}
    inputs = [value for value in model.graph.input if value.name in used and value.name not in constants]
    del model.graph.node[:], model.graph.initializer[:], model.graph.input[:]
    model.graph.node.extend(kept)
    model.graph.initializer.extend(tensor for name, tensor in constants.items() if name in used)
    model.graph.input.extend(inputs)
    return model


def constants_of(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """Return the values of a network's constants by name."""
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def _check(model: onnx.ModelProto, path: Path) -> None:
    if not model.graph.node or not model.graph.output:
        raise WeightsMismatchError(f"{path} is no ONNX file of a network: export the network as ONNX")
    newest = onnx_opset_version()
    for opset in model.opset_import:
        if opset.domain in {"", "ai.onnx"} and opset.version > newest:
            raise WeightsMismatchError(
                f"{path} uses operators of version {opset.version}, and the installed onnx knows those up to {newest}: "
                "export it with an older opset, or install a newer onnx"
            )
    if any(tensor.data_location == _EXTERNAL for tensor in model.graph.initializer):
        raise WeightsMismatchError(f"{path} keeps its weights in another file: export it as one file")


def _computed(
    node: onnx.NodeProto, inputs: Sequence[onnx.TensorProto], model: onnx.ModelProto, path: Path
) -> onnx.TensorProto:
    """Return the output of an operator whose inputs are constants."""
    opsets = {opset.domain: opset.version for opset in model.opset_import}
    _check_blocks(node, inputs, path)
    try:
        feeds = {name: numpy_helper.to_array(tensor) for name, tensor in zip(node.input, inputs, strict=True)}
        outputs: Any = ReferenceEvaluator(node, opsets=opsets).run(None, feeds)
    except (ValueError, RuntimeError, IndexError, TypeError) as error:
        raise WeightsMismatchError(
            f"the constant {node.output[0]} of {path} cannot be computed ({error}): export the network anew"
        ) from error
    return numpy_helper.from_array(outputs[0], node.output[0])


def _check_blocks(node: onnx.NodeProto, inputs: Sequence[onnx.TensorProto], path: Path) -> None:
    """Refuse scales that do not cover the blocks of their weight; onnx's evaluator drops what they do not cover."""
    settings = {one.name: one.i for one in node.attribute}
    block, axis = settings.get("block_size", 0), settings.get("axis", 1)
    if node.op_type != "DequantizeLinear" or not block:
        return
    sides, scales = list(inputs[0].dims), list(inputs[1].dims)
    if len(sides) == len(scales) and -len(sides) <= axis < len(sides):
        sides[axis] = -(-sides[axis] // block)
    if sides != scales:
        raise WeightsMismatchError(
            f"the constant {node.output[0]} of {path} has scales of shape {tuple(scales)} instead of {tuple(sides)}: "
            "export the network anew"
        )
