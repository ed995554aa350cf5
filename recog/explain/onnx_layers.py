"""The layers of a network from an ONNX file, run by OpenVINO, which has no gradients."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from recog.embed.description import Description
from recog.embed.onnx_embedder import prepared
from recog.errors import ConfigError
from recog.explain.network import Layer, Peaks, Units
from recog.explain.openvino_fields import fields_of
from recog.types import Crops
from recog.weights.onnx_file import constants_of, parse_onnx
from recog.weights.openvino_runtime import compiled, openvino

_WEIGHED = frozenset({"Conv", "Gemm", "MatMul"})
"""Operators with weights: each begins a layer."""
_AFTER = frozenset(
    {"BatchNormalization", "Clip", "Elu", "HardSwish", "LeakyRelu", "PRelu", "Relu", "Selu", "Sigmoid", "Tanh"}
)
"""Operators that belong to the layer before them, if nothing else reads that."""


def layer_outputs(model: onnx.ModelProto) -> dict[str, str]:
    """Return the layers of a network, from shallow to deep: name to the value that holds the layer's output.

    A layer is a convolution or a dense layer with the normalisation and the rectifier after it. It is called as its
    first operator in the file, or as that operator's output if the operator has no name or shares it.
    """
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in model.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    called = Counter(node.name for node in model.graph.node)
    found = {}
    for node in model.graph.node:
        if node.op_type in _WEIGHED:
            output = node.output[0]
            while (after := _only(readers.get(output, []))) is not None and after.op_type in _AFTER:
                output = after.output[0]
            found[node.name if node.name and called[node.name] == 1 else node.output[0]] = output
    return found


def _only(readers: Sequence[onnx.NodeProto]) -> onnx.NodeProto | None:
    return readers[0] if len(readers) == 1 else None


def first_filters(model: onnx.ModelProto) -> NDArray[np.float32]:
    """Return the kernels of the first convolution over three channels, (units, 3, rows, columns); else no kernels."""
    constants = constants_of(model)
    for node in model.graph.node:
        kernel = constants.get(node.input[1]) if node.op_type == "Conv" else None
        if kernel is not None and kernel.shape[1:2] == (3,):
            return kernel.astype(np.float32)
    return np.empty((0, 3, 1, 1), np.float32)


class OnnxLayers:
    """The recog.explain.network.LayeredNetwork of an ONNX file with a description."""

    def __init__(self, description: Description, content: bytes, path: Path) -> None:
        """Read the network from the content of the file at path.

        Raises:
            WeightsMismatchError: it is no network, or does not fit its description.
            ConfigError: recog cannot tell the receptive field of any layer.
        """
        self.name = description.name
        self.sha256 = description.sha256
        self.side = description.input_size
        self._description = description
        self._content, self._path = content, path
        self._compiled: dict[tuple[tuple[str, tuple[int, ...]], ...], Any] = {}
        model = parse_onnx(content, path)
        self._outputs = layer_outputs(model)
        filters = first_filters(model)
        self.filters = filters if description.colour == "rgb" else np.ascontiguousarray(filters[:, ::-1])
        raw = openvino.Core().read_model(model.SerializeToString())
        raw.reshape([1, 3, self.side, self.side])
        fields = fields_of(raw, list(self._outputs.values()))
        self.layers = tuple(Layer(name, *fields[output]) for name, output in self._outputs.items() if output in fields)
        if not self.layers:
            raise ConfigError(f"recog cannot tell the receptive field of any layer of the network {self.name}")

    def peaks(self, inputs: Crops, chosen: Mapping[str, Units]) -> dict[str, Peaks]:
        """Return the strongest answer of the chosen units of layers to each of n >= 1 inputs."""
        wanted = tuple((name, tuple(units.tolist())) for name, units in chosen.items())
        if wanted not in self._compiled:
            self._compiled = {wanted: self._peaks_of(chosen).create_infer_request()}
        answers = self._compiled[wanted].infer([np.ascontiguousarray(inputs)])
        return {
            name: Peaks(
                np.array(answers[2 * place], np.float32)[..., 0], np.array(answers[2 * place + 1], np.int64)[..., 0]
            )
            for place, name in enumerate(chosen)
        }

    def _peaks_of(self, chosen: Mapping[str, Units]) -> Any:
        """Compile a network with two outputs for each layer: the strongest value, and its place."""
        ops = openvino.opset13
        model = prepared(self._content, self._path, self._description)
        found = _by_name(model, [self._outputs[name] for name in chosen])
        results = []
        for name, units in chosen.items():
            maps = ops.gather(found[self._outputs[name]], ops.constant(units), ops.constant(np.int64(1)))
            flat = ops.reshape(maps, ops.constant(np.array([0, len(units), -1])), special_zero=True)
            flat = ops.convert(flat, np.float32)
            strongest = ops.topk(flat, ops.constant(np.int64(1)), 2, "max", "value", "i64")
            results += strongest.outputs()
        return compiled(openvino.Model(results, model.get_parameters(), self.name))


def _by_name(model: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return the outputs of a model's operators by the names of their values in the file."""
    wanted = set(names)
    return {
        name: output
        for operator in model.get_ordered_ops()
        if operator.get_type_name() != "Result"  # it has the name of what it returns
        for output in operator.outputs()
        for name in output.get_names() & wanted
    }
