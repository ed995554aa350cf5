"""SFace's published ONNX file as tensors, with every batch normalisation folded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recog.errors import WeightsMismatchError
from recog.weights.convert import Tensors
from recog.weights.sface import FEATURES, PLACES, layers

_EPSILON, _LAST_EPSILON = 1e-3, 2e-5
"""Added to the variance by the batch normalisations of the stages, and by the last two."""


def sface_tensors(path: Path) -> Tensors:
    """Read the ONNX file as tensors LAYER.conv.weight, LAYER.conv.bias, LAYER.slope.weight, fc.weight and fc.bias.

    LAYER is a name of `layers`. Every batch normalisation is folded into the convolution beside it. fc is the last
    layer as a convolution over all 7 x 7 places, (128, 1024, 7, 7).

    Raises:
        WeightsMismatchError: the file is not of this network.
    """
    from recog.weights.onnx_file import constants_of, read_onnx  # it imports onnx, which a cached network spares

    model = read_onnx(path)
    _check_steps(model, path)
    try:
        return _folded(constants_of(model))
    except (KeyError, ValueError) as error:
        raise WeightsMismatchError(f"{path} is not of the network SFace ({error})") from error


def _check_steps(model: Any, path: Path) -> None:
    """Raise WeightsMismatchError unless the file computes the operators of this network in its order."""
    steps = [node.op_type for node in model.graph.node if node.op_type not in {"Constant", "Dropout"}]
    stages = ["Conv", "BatchNormalization", "PRelu"] * len(layers())
    if steps != ["Sub", "Mul", *stages, "BatchNormalization", "Flatten", "Gemm", "BatchNormalization"]:
        raise WeightsMismatchError(f"{path} is not of the network SFace: it computes {len(steps)} other steps")


def _folded(constants: Mapping[str, NDArray[Any]]) -> Tensors:
    tensors: Tensors = {}
    for layer in layers():
        gain, shift = _normalisation(constants, f"{layer.name}_batchnorm", _EPSILON)
        shape = (layer.outputs, layer.inputs // layer.groups, layer.kernel, layer.kernel)
        kernels = constants[f"{layer.name}_conv2d_weight_reshaped"].reshape(shape)
        tensors[f"{layer.name}.conv.weight"] = _float32(kernels * gain[:, None, None, None])
        tensors[f"{layer.name}.conv.bias"] = _float32(shift)
        tensors[f"{layer.name}.slope.weight"] = _float32(constants[f"{layer.name}_relu_gamma"].reshape(layer.outputs))
    before, offset = _normalisation(constants, "bn1", _LAST_EPSILON)
    after, shift = _normalisation(constants, "fc1", _LAST_EPSILON)
    weight = constants["pre_fc1_weight_dequantized"].reshape(FEATURES, -1, PLACES, PLACES).astype(np.float64)
    bias = constants["pre_fc1_bias_dequantized"] + np.einsum("ochw,c->o", weight, offset)
    tensors["fc.weight"] = _float32(after[:, None, None, None] * weight * before[:, None, None])
    tensors["fc.bias"] = _float32(after * bias + shift)
    return tensors


def _normalisation(
    constants: Mapping[str, NDArray[Any]], name: str, epsilon: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return gain and shift of a batch normalisation: gain * x + shift."""
    gamma, beta, mean, variance = (
        constants[f"{name}_{part}"].astype(np.float64) for part in ("gamma", "beta", "moving_mean", "moving_var")
    )
    gain = gamma / np.sqrt(variance + epsilon)
    return gain, beta - gain * mean


def _float32(values: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, np.float32)
