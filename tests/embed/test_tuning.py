"""A head of one's own, and blocks that were trained with it, in place of what is shipped."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from platformdirs import user_cache_path
from safetensors.numpy import load_file

from recog.config import read_settings
from recog.embed.embedder import FaceEmbedder
from recog.embed.head import load_head
from recog.embed.info import head_of, info_of
from recog.embed.network import NETWORKS
from recog.embed.trunk import Trunk
from recog.embed.tuning import Tuning
from recog.errors import EvaluationError, WayOut, WeightsMismatchError, WeightsMissingError
from recog.evaluate.calibration_file import calibration_path, save_calibration
from recog.library.networks import Networks
from recog.types import Calibration, Crops
from recog.weights.convert import to_safetensors
from tests.embed.conftest import write_head

CACHE = user_cache_path("recog")
NETWORK = NETWORKS["facenet-casia"]
BLOCK = "block8.conv2d.weight"


def tuned_heads(directory: Path, tensors: dict[str, NDArray[np.float32]]) -> Path:
    """A head over a trunk of which these tensors were trained."""
    directory.mkdir()
    path = directory / f"{NETWORK.head}.trunk.safetensors"
    path.write_bytes(to_safetensors(tensors))
    after = Tuning(path, path.read_bytes(), "facenet-casia").sha256_over(str(NETWORK.sha256))
    write_head(directory, trunk_sha256=after, trunk_before_sha256=NETWORK.sha256)
    return directory


@pytest.fixture(scope="module")
def block() -> NDArray[np.float32]:
    """A convolution of the last block, a tenth stronger."""
    kernel: NDArray[np.float32] = load_file(CACHE / "facenet-casia.safetensors")[BLOCK]
    return 1.1 * kernel


@pytest.mark.networks
def test_trained_blocks_stand_in_for_the_trunks_own_on_both_libraries(
    tmp_path: Path, trunk: Trunk, block: NDArray[np.float32], crops: Crops
) -> None:
    """A kernel that is a tenth stronger is worked out here with the network's own code."""
    heads = tuned_heads(tmp_path / "heads", {BLOCK: block})
    slow = Trunk(cache=CACHE)
    dict(slow.network.named_parameters())[BLOCK].data.mul_(1.1)
    expected = load_head(NETWORK.head, directory=heads).embed(slow.features(crops))
    found = {
        encoder: FaceEmbedder(network="facenet-casia", cache=CACHE, heads=heads, encoder=encoder).embed(crops)
        for encoder in ("torch", "openvino")
    }
    np.testing.assert_allclose(found["torch"], expected, atol=1e-5)
    np.testing.assert_allclose(found["openvino"], expected, atol=1e-4)
    untuned = load_head(NETWORK.head, directory=heads).embed(trunk.features(crops))
    assert np.abs(untuned - expected).max() > 1e-3


@pytest.mark.networks
def test_blocks_are_read_only_as_their_head_records_them(tmp_path: Path, block: NDArray[np.float32]) -> None:
    heads = tuned_heads(tmp_path / "heads", {BLOCK: block})
    info = info_of(head_of("facenet-casia", heads=heads))
    assert "head and blocks of the trunk: noise" in info.trained_on
    path = heads / f"{NETWORK.head}.trunk.safetensors"
    path.write_bytes(to_safetensors({BLOCK: 2 * block}))
    with pytest.raises(WeightsMismatchError, match="was trained on a trunk of sha256"):
        FaceEmbedder(network="facenet-casia", cache=CACHE, heads=heads)
    path.unlink()
    with pytest.raises(WeightsMissingError, match="put it back beside the head"):
        FaceEmbedder(network="facenet-casia", cache=CACHE, heads=heads)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"nothing", "is damaged"),
        (to_safetensors({}), "belongs to another network: it has 0 tensors"),
        (to_safetensors({"block9": np.zeros((2, 3), np.float32)}), "belongs to another network: it has 1 tensors"),
        (to_safetensors({"block8": np.zeros((3, 2), np.float32)}), "belongs to another network: it has 1 tensors"),
    ],
)
def test_blocks_that_are_none_are_refused(content: bytes, why: str) -> None:
    own = {"block8": np.zeros((2, 3), np.float32)}
    with pytest.raises(WeightsMismatchError, match=why):
        Tuning(Path("own.trunk.safetensors"), content, "drawn").tensors_for(own)


def test_the_settings_heads_decide_what_embeddings_are_and_bring_their_own_calibration(tmp_path: Path) -> None:
    write_head(tmp_path / "heads")
    networks = Networks(read_settings(network="facenet-casia", heads=tmp_path / "heads", library=tmp_path / "library"))
    assert networks.info == info_of(head_of("facenet-casia", heads=tmp_path / "heads"))
    assert networks.info.sha256 != info_of(head_of("facenet-casia")).sha256
    with pytest.raises(EvaluationError, match="has no calibration") as caught:
        _ = networks.calibration
    assert caught.value.way_out is WayOut.CALIBRATE
    own = Calibration(networks.info.sha256, 0.7, 0.001, 10.0, -9.0, "made-up people", 1000, None)
    save_calibration(own, calibration_path(NETWORK.head, directory=tmp_path / "heads"))
    assert networks.calibration == own
    with pytest.raises(WeightsMissingError, match="cannot be read") as missing:
        _ = Networks(read_settings(network="facenet-casia", heads=tmp_path)).info
    assert missing.value.way_out is WayOut.NAME_HEADS
