from pathlib import Path

import numpy as np
import pytest

from recog.embed.trunk import Trunk
from recog.errors import ConfigError
from recog.types import Crops

pytestmark = pytest.mark.networks


def test_features_are_the_pooled_input_of_the_networks_own_last_layer(trunk: Trunk, crops: Crops) -> None:
    """The whole network of facenet-pytorch, called as its authors do, gives the same unit embedding."""
    import torch

    with torch.inference_mode():
        inputs = (torch.from_numpy(crops).permute(0, 3, 1, 2).float() - 127.5) / 128
        whole = trunk.network(inputs).numpy()
        features = torch.from_numpy(trunk.features(crops)).to(trunk.device)
        last = trunk.network.last_bn(trunk.network.last_linear(features))
        unit = torch.nn.functional.normalize(last, dim=1).cpu().numpy()
    np.testing.assert_allclose(unit, whole, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(whole, axis=1), 1.0, atol=1e-5)


def test_a_crops_features_do_not_depend_on_the_batch_it_is_in(trunk: Trunk, crops: Crops) -> None:
    """Eleven times three crops are more than one batch, and the last is alone in its own."""
    many = np.concatenate([crops] * 11)
    features = trunk.features(many)
    assert features.shape == (33, 1792)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, np.concatenate([trunk.features(crops)] * 11), atol=1e-4)
    assert np.abs(features[0] - features[1]).max() > 0.1


def test_no_crops_give_no_features(trunk: Trunk) -> None:
    empty = np.empty((0, 160, 160, 3), dtype=np.uint8)
    assert trunk.features(empty).shape == (0, 1792)


def test_wrong_crops_are_a_programmers_error(trunk: Trunk) -> None:
    for shape, dtype in (((1, 96, 96, 3), np.uint8), ((160, 160, 3), np.uint8), ((1, 160, 160, 3), np.float32)):
        with pytest.raises(ValueError, match=r"crops are \(n, 160, 160, 3\) uint8"):
            trunk.features(np.zeros(shape, dtype=dtype))


def test_a_detector_is_no_trunk(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="mtcnn is a detector, no trunk"):
        Trunk("mtcnn", cache=tmp_path)


def test_a_gpu_that_is_not_here_is_refused_before_any_download(tmp_path: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ConfigError, match="sees no CUDA device here"):
        Trunk(cache=tmp_path / "cache", device="cuda")
    assert not (tmp_path / "cache").exists()
