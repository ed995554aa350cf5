"""The network by names: order, conventions, pooling, and where it stops."""

import pytest
import torch
import torch.nn.functional as F

from recog.errors import ConfigError
from recog.nn.gram import mean_gram_matrix
from recog.nn.pooling import PoolingKind
from recog.style.layers import CAFFE, IMAGENET, StyleNetwork, load_network


def test_features_are_those_of_the_plain_stack(network: StyleNetwork) -> None:
    picture = torch.rand(1, 3, 20, 25)
    x = picture.flip(1) * 255 - torch.tensor([104.00699, 116.66877, 122.67892]).view(1, 3, 1, 1)
    expected = {}
    for each in network.convolutions:
        if each.name in {"relu2_1", "relu3_1"}:
            x = F.max_pool2d(x, 2)
        x = F.conv2d(x, each.kernel, each.bias, padding=1).relu()
        expected[each.name] = x[0]
    found = network.features(picture, expected)
    assert list(found) == ["relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_2"]
    for name, features in found.items():
        torch.testing.assert_close(features, expected[name], rtol=1e-4, atol=1e-4)


def test_torchvisions_convention_is_zero_mean_and_unit_deviation(network: StyleNetwork) -> None:
    torchvision = StyleNetwork("vgg19", "0" * 64, weights_of(network), IMAGENET)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    picture = torch.rand(1, 3, 4, 5)
    torch.testing.assert_close(torchvision.prepare(picture), (picture - mean) / deviation)


@pytest.mark.parametrize("convention", [CAFFE, IMAGENET])
def test_the_gradient_goes_back_through_the_convention(network: StyleNetwork, convention: object) -> None:
    other = StyleNetwork("vgg19", "0" * 64, weights_of(network), convention)  # type: ignore[arg-type]
    picture = torch.rand(1, 3, 4, 5, requires_grad=True)
    by_input = torch.randn(1, 3, 4, 5)
    (expected,) = torch.autograd.grad((other.prepare(picture) * by_input).sum(), picture)
    torch.testing.assert_close(other.prepare_backward(by_input), expected)


def test_average_pooling_is_another_network(network: StyleNetwork) -> None:
    picture = torch.rand(1, 3, 20, 25)
    names = {"relu1_1", "relu2_1"}
    by_max = network.features(picture, names)
    by_mean = network.features(picture, names, pooling=PoolingKind.AVERAGE)
    torch.testing.assert_close(by_max["relu1_1"], by_mean["relu1_1"])
    assert not torch.equal(by_max["relu2_1"], by_mean["relu2_1"])


@pytest.mark.parametrize("layers", [{"relu9_1"}, {"relu1_1", "conv1_1"}, set()])
def test_an_unknown_layer_is_named_with_those_there_are(network: StyleNetwork, layers: set[str]) -> None:
    with pytest.raises(ConfigError, match="choose among relu1_1, relu1_2, relu2_1"):
        network.until(layers)


def test_only_style_networks_are_loaded(tmp_path: object) -> None:
    with pytest.raises(ConfigError, match="mtcnn is a detector, no network for style: choose one of vgg16-hed"):
        load_network("mtcnn", cache=tmp_path)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="no weights called 'vgg11'"):
        load_network("vgg11", cache=tmp_path)  # type: ignore[arg-type]


@pytest.mark.networks
def test_the_real_network_has_thirteen_layers_and_a_pinned_digest(vgg16_hed: StyleNetwork) -> None:
    assert len(vgg16_hed.layers) == 13
    assert vgg16_hed.layers[-1] == "relu5_3"
    assert vgg16_hed.sha256 == "1a63d21ac7f4362b7b71756d32d012d56aaa0eb68186983cf446ca695b11892d"


def weights_of(network: StyleNetwork) -> dict[str, torch.Tensor]:
    """The network's tensors under the names of a weights file."""
    tensors: dict[str, torch.Tensor] = {}
    for each in network.convolutions:
        key = each.name.replace("relu", "conv")
        tensors |= {f"{key}.weight": each.kernel, f"{key}.bias": each.bias}
    return tensors


def test_features_and_gram_need_no_second_axis_and_allow_a_third(network: StyleNetwork) -> None:
    """A kernel that looks along one axis alone gives the same on a line, on a picture one row high, and in a volume."""
    line = torch.rand(1, 3, 12)
    tensors = weights_of(network)
    first = {name: tensors[name] for name in ("conv1_1.weight", "conv1_1.bias", "conv1_2.weight", "conv1_2.bias")}
    rows = {name: value if value.ndim == 1 else value[:, :, 1] for name, value in first.items()}
    grams = []
    for axes in (1, 2, 3):
        kernels = {name: _middle(value, axes - 1) if value.ndim == 3 else value for name, value in rows.items()}
        one = StyleNetwork("vgg16-hed", "0" * 64, kernels, CAFFE)
        maps = one.features(line.view(1, 3, *[1] * (axes - 1), 12), {"relu1_2"})
        assert maps["relu1_2"].shape == (8, *[1] * (axes - 1), 12)
        grams.append(mean_gram_matrix(maps["relu1_2"]))
    torch.testing.assert_close(grams[1], grams[0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(grams[2], grams[0], rtol=1e-4, atol=1e-5)


def _middle(kernel: torch.Tensor, more: int) -> torch.Tensor:
    """(out, in, 3) -> with so many axes of 3 before the last, nought but in their middle."""
    for _ in range(more):
        kernel = torch.stack([torch.zeros_like(kernel), kernel, torch.zeros_like(kernel)], dim=2)
    return kernel
