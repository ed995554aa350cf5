"""The PCA start against scikit-learn's, and the bottleneck against the layers that it replaces."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.decomposition import PCA

from recog.errors import TrainingError
from recog.train.head import LinearHead
from recog.train.pca import principal_axes, principal_start, read_bottleneck

RANDOM = np.random.default_rng(0)
FEATURES = (RANDOM.normal(0, 1, (60, 12)) * np.arange(12, 0, -1) + 5).astype(np.float32)


def test_the_projection_is_that_of_scikit_learn_but_for_signs() -> None:
    centred = FEATURES - FEATURES.mean(axis=0)
    ours, theirs = centred @ principal_axes(centred, dim=4).T, PCA(4).fit_transform(FEATURES)
    for column in range(4):
        sign = np.sign(ours[0, column] * theirs[0, column])
        assert np.allclose(ours[:, column], sign * theirs[:, column], atol=1e-3)


def test_the_axes_are_orthonormal_and_of_a_fixed_sign() -> None:
    weight = principal_axes(FEATURES, dim=4)
    assert np.allclose(weight @ weight.T, np.eye(4), atol=1e-5)
    assert all(row[np.abs(row).argmax()] > 0 for row in weight)


def test_the_start_is_the_bottleneck_then_the_projection_as_one_map() -> None:
    bottleneck = LinearHead(RANDOM.normal(0, 1, (6, 12)).astype(np.float32), np.arange(6, dtype=np.float32))
    start = principal_start(FEATURES, bottleneck, dim=3)
    outputs = FEATURES @ bottleneck.weight.T + bottleneck.bias
    weight = principal_axes(outputs, dim=3)
    assert start.weight.shape == (3, 12)
    assert np.allclose(FEATURES @ start.weight.T + start.bias, outputs @ weight.T, atol=1e-3)


def test_the_bottleneck_is_last_linear_and_last_bn(tmp_path: Path) -> None:
    linear, norm = torch.nn.Linear(8, 5, bias=False), torch.nn.BatchNorm1d(5, eps=1e-3)
    for parameter in (norm.weight, norm.bias, norm.running_mean):
        torch.nn.init.normal_(parameter)  # type: ignore[arg-type]
    torch.nn.init.uniform_(norm.running_var, 0.5, 2.0)  # type: ignore[arg-type]
    state = {f"last_linear.{key}": value for key, value in linear.state_dict().items()}
    state |= {f"last_bn.{key}": value for key, value in norm.state_dict().items()}
    path = tmp_path / "trunk.safetensors"
    save_file({key: np.ascontiguousarray(value.detach().numpy()) for key, value in state.items()}, path)
    bottleneck = read_bottleneck(path)
    assert bottleneck is not None
    features = torch.randn(7, 8)
    with torch.no_grad():
        expected = norm.eval()(linear(features)).numpy()
    assert np.allclose(features.numpy() @ bottleneck.weight.T + bottleneck.bias, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("features", "message"),
    [(FEATURES[:4], "at least 5 faces"), (np.repeat(FEATURES[:2], 30, axis=0), "fewer than 4 directions")],
)
def test_too_few_or_too_equal_faces_are_refused(features: NDArray[np.float32], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        principal_axes(features, dim=4)


def test_sfaces_features_are_its_embedding_so_it_has_no_bottleneck(tmp_path: Path) -> None:
    assert read_bottleneck(tmp_path / "sface.onnx") is None
