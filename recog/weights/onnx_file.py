"""Reading of ONNX files: checks, and constants in float32."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx.defs import onnx_opset_version
from onnx.reference import ReferenceEvaluator

from recog.errors import WeightsMismatchError
from recog.printable import printable

_FOLDED = {"DequantizeLinear", "Reshape"}
"""Operators that are computed here if all of their inputs are constants.

Quantised files store a weight as bytes with a scale for each block; OpenVINO and torch read no such blocks.
"""
_STANDARD = {"", "ai.onnx"}
"""The names of the domain of ONNX's own operators."""
_EXTERNAL = onnx.TensorProto.EXTERNAL


def read_onnx(path: Path) -> onnx.ModelProto:
    """Read a network. Its quantised constants become float32; inputs that have a value, or that nothing reads, go.

    Constants of a branch or loop inside the network stay as they are.

    Raises:
        WeightsMismatchError: the file is no ONNX network, is newer than the installed onnx, keeps its constants in
            another file, or has a constant that cannot be computed.
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
        if _is_folded(node) and all(name in constants for name in node.input if name):
            constants[node.output[0]] = _computed(node, [constants[name] for name in node.input if name], model, path)
        else:
            kept.append(node)
    used = {name for node in kept for name in _read(node)} | {value.name for value in model.graph.output}
    inputs = [value for value in model.graph.input if value.name in used and value.name not in constants]
    del model.graph.node[:], model.graph.initializer[:], model.graph.input[:]
    model.graph.node.extend(kept)
    model.graph.initializer.extend(tensor for name, tensor in constants.items() if name in used)
    model.graph.input.extend(inputs)
    return model


def constants_of(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """Return the values of a network's constants by name; ValueError if one is not as long as its shape says."""
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def _is_folded(node: onnx.NodeProto) -> bool:
    return node.op_type in _FOLDED and node.domain in _STANDARD and len(node.output) == 1


def _read(node: onnx.NodeProto) -> Iterator[str]:
    """Yield the names that an operator reads; its branches and loops read those of the network around them too."""
    yield from node.input
    for graph in _graphs_in(node):
        yield from (name for inner in graph.node for name in _read(inner))
        yield from (value.name for value in graph.output)


def _graphs_in(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    """Yield the branches and the body of a loop of an operator; other operators have none."""
    for attribute in node.attribute:
        yield from [attribute.g] if attribute.HasField("g") else attribute.graphs


def _tensors(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.TensorProto]:
    """Yield the constants inside operators, and those of their branches and loops."""
    for node in nodes:
        for attribute in node.attribute:
            yield from [attribute.t] if attribute.HasField("t") else attribute.tensors
        for graph in _graphs_in(node):
            yield from graph.initializer
            yield from _tensors(graph.node)


def _check(model: onnx.ModelProto, path: Path) -> None:
    if not model.graph.node or not model.graph.output:
        raise WeightsMismatchError(f"{path} is no ONNX file of a network: export the network as ONNX")
    newest = onnx_opset_version()
    for opset in model.opset_import:
        if opset.domain in _STANDARD and opset.version > newest:
            raise WeightsMismatchError(
                f"{path} uses operators of version {opset.version}, and the installed onnx knows those up to {newest}: "
                "export it with an older opset, or install a newer onnx"
            )
    nodes = [*model.graph.node, *(node for function in model.functions for node in function.node)]
    if any(tensor.data_location == _EXTERNAL for tensor in (*model.graph.initializer, *_tensors(nodes))):
        raise WeightsMismatchError(f"{path} keeps its weights in another file: export it as one file")


def _computed(
    node: onnx.NodeProto, inputs: Sequence[onnx.TensorProto], model: onnx.ModelProto, path: Path
) -> onnx.TensorProto:
    """Return the output of an operator whose inputs are constants."""
    opsets = {opset.domain: opset.version for opset in model.opset_import}
    _check_blocks(node, inputs, path)
    try:
        feeds = {tensor.name: numpy_helper.to_array(tensor) for tensor in inputs}
        outputs: Any = ReferenceEvaluator(node, opsets=opsets).run(None, feeds)
    except MemoryError:
        raise
    except Exception as error:
        # On a damaged file onnx raises whatever its evaluator ran into (KeyError, AssertionError ...).
        said = printable(" ".join(str(error).split())) or type(error).__name__
        raise WeightsMismatchError(
            f"the constant {printable(node.output[0])} of {path} cannot be computed ({said}): export the network anew"
        ) from error
    return numpy_helper.from_array(outputs[0], node.output[0])


def _check_blocks(node: onnx.NodeProto, inputs: Sequence[onnx.TensorProto], path: Path) -> None:
    """Refuse scales or zeros that do not cover the blocks of their weight; onnx's evaluator drops what is too much."""
    settings = {one.name: one.i for one in node.attribute}
    block, axis = settings.get("block_size", 0), settings.get("axis", 1)
    if node.op_type != "DequantizeLinear" or not block or not inputs:
        return
    sides = list(inputs[0].dims)
    if -len(sides) <= axis < len(sides):
        sides[axis] = -(-sides[axis] // block)
    for what, tensor in zip(("scales", "zeros"), inputs[1:], strict=False):
        if list(tensor.dims) != sides and (what == "scales" or tensor.dims):
            raise WeightsMismatchError(
                f"the constant {printable(node.output[0])} of {path} has {what} of shape {tuple(tensor.dims)} instead "
                f"of {tuple(sides)}: export the network anew"
            )
