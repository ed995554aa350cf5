"""Conversion of foreign weights files to named float32 arrays, and of those to safetensors."""

import io
import json
import re
import struct
import warnings
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recog.weights.graphdef import read_constants

Tensors = dict[str, NDArray[np.float32]]

_EPSILON = np.float32(1e-3)
"""The batch norms' epsilon in both the TensorFlow network and facenet-pytorch's."""
_CONVOLUTION = re.compile(r"InceptionResnetV1/(?P<layer>.+)/weights")
_STEM = re.compile(r"Conv2d_(\d[ab])_\dx\d")
_BLOCKS = {"block35": "repeat_1", "block17": "repeat_2", "block8": "repeat_3"}


def unchanged(files: Mapping[str, bytes]) -> bytes:
    """Return the only file as it is."""
    (content,) = files.values()
    return content


def tensorflow_inception_resnet(files: Mapping[str, bytes]) -> Tensors:
    """Convert the frozen GraphDef of a davidsandberg/facenet network to facenet-pytorch's InceptionResnetV1.

    The graph's batch norms are folded: the convolutions contain the scale, and `Conv2D_bn_offset` the rest. In torch
    they become a batch norm of weight 1, mean 0 and variance 1 - epsilon (so that it divides by one), with the offset
    as bias. The convolution that ends each residual block has a bias instead, and the bottleneck's batch norm (512-d,
    scale fixed to one) is not folded. Kernels are transposed from (h, w, in, out) to (out, in, h, w).

    Raises:
        ValueError: the bytes are no GraphDef, or not of this network.
    """
    (graph,) = files.values()
    constants = read_constants(graph)
    tensors: Tensors = {}
    branches: dict[str, list[str]] = defaultdict(list)
    for name in constants:
        found = _CONVOLUTION.fullmatch(name)
        if found is None or found["layer"] == "Bottleneck":
            continue
        layer = found["layer"]
        parent, _, last = layer.rpartition("/")
        if "/Branch_" in f"/{parent}":
            branches[parent].append(last)
        elif _STEM.fullmatch(last) and not parent:
            _add_folded(tensors, f"conv2d_{last.split('_')[1]}", constants, layer)
        else:
            _add_residual(tensors, f"{_block(parent)}.conv2d", constants, layer)
    for branch, layers in branches.items():
        block, _, number = branch.rpartition("/Branch_")
        target = f"{_block(block)}.branch{number}"
        for place, last in enumerate(sorted(layers)):
            _add_folded(tensors, f"{target}.{place}" if len(layers) > 1 else target, constants, f"{branch}/{last}")
    _add_bottleneck(tensors, constants)
    return tensors


def torch_state(files: Mapping[str, bytes]) -> Tensors:
    """Merge PyTorch state dicts; each name gets its file's stem in front: "pnet.pt" gives "pnet.conv1.weight".

    Only tensors are unpickled (weights_only), and only from bytes whose digest was checked.

    Raises:
        ValueError: a file is no state dict of tensors.
    """
    return {
        f"{file.removesuffix('.pt')}.{name}": array
        for file, data in files.items()
        for name, array in _state_dict(file, data).items()
    }


def torch_inception_resnet(files: Mapping[str, bytes]) -> Tensors:
    """Read facenet-pytorch's own state dict, without the classifier (`logits`) that only training needs."""
    ((file, data),) = files.items()
    return {name: array for name, array in _state_dict(file, data).items() if not name.startswith("logits.")}


def to_safetensors(tensors: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Encode a safetensors file; equal arrays give equal bytes, whatever the version of any library.

    https://huggingface.co/docs/safetensors: 8 bytes of header length, JSON header, data without gaps. Names are in
    alphabetical order and the header is padded with spaces to a multiple of 8.
    """
    header: dict[str, dict[str, object]] = {}
    chunks: list[bytes] = []
    at = 0
    for name in sorted(tensors):
        data = np.ascontiguousarray(tensors[name], dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [at, at + len(data)]}
        chunks.append(data)
        at += len(data)
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *chunks])


def _state_dict(file: str, data: bytes) -> Tensors:
    import torch  # noqa: PLC0415 - listing the networks must not load torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about other pickle protocols; unreadable bytes raise an error below
            state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        return {name: tensor.float().numpy() for name, tensor in state.items()}
    except Exception as error:  # torch raises any error for bytes that are no state dict
        raise ValueError(f"{file} holds no PyTorch state dict: {error}") from error


def _block(scope: str) -> str:
    """Return facenet-pytorch's name of a block: "repeat_2.2" for "Repeat_1/block17_3", "mixed_6a" for "Mixed_6a"."""
    last = scope.rpartition("/")[2]
    kind, _, number = last.partition("_")
    return f"{_BLOCKS[kind]}.{int(number) - 1}" if kind in _BLOCKS else last.lower()


def _constant(constants: Tensors, name: str) -> NDArray[np.float32]:
    array = constants.get(f"InceptionResnetV1/{name}")
    if array is None:
        raise ValueError(f"the graph has no constant InceptionResnetV1/{name}: it is not this network")
    return array


def _kernel(constants: Tensors, layer: str) -> NDArray[np.float32]:
    return np.ascontiguousarray(_constant(constants, f"{layer}/weights").transpose(3, 2, 0, 1))


def _add_folded(tensors: Tensors, target: str, constants: Tensors, layer: str) -> None:
    """Add a convolution with its folded batch norm."""
    offset = _constant(constants, f"{layer}/Conv2D_bn_offset")
    tensors[f"{target}.conv.weight"] = _kernel(constants, layer)
    tensors[f"{target}.bn.weight"] = np.ones_like(offset)
    tensors[f"{target}.bn.bias"] = offset
    tensors[f"{target}.bn.running_mean"] = np.zeros_like(offset)
    tensors[f"{target}.bn.running_var"] = np.full_like(offset, np.float32(1) - _EPSILON)


def _add_residual(tensors: Tensors, target: str, constants: Tensors, layer: str) -> None:
    """Add the convolution that ends a residual block."""
    tensors[f"{target}.weight"] = _kernel(constants, layer)
    tensors[f"{target}.bias"] = _constant(constants, f"{layer}/biases")


def _add_bottleneck(tensors: Tensors, constants: Tensors) -> None:
    """Add the 512-d output: a linear layer and its batch norm."""
    norm = "Bottleneck/BatchNorm"
    tensors["last_linear.weight"] = np.ascontiguousarray(_constant(constants, "Bottleneck/weights").T)
    tensors["last_bn.weight"] = _constant(constants, f"{norm}/Const")
    tensors["last_bn.bias"] = _constant(constants, f"{norm}/beta")
    tensors["last_bn.running_mean"] = _constant(constants, f"{norm}/moving_mean")
    tensors["last_bn.running_var"] = _constant(constants, f"{norm}/moving_variance")
