import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_cache_path

from recog.distance import unit_rows
from recog.embed.embedder import FaceEmbedder
from recog.embed.info import head_of, info_of, network_digest
from recog.embed.trunk import Trunk
from recog.errors import ConfigError, WayOut, WeightsMismatchError, WeightsMissingError
from recog.types import Crops
from tests.embed.conftest import DIM, write_head

CACHE = user_cache_path("recog")
PARTS: dict[str, object] = {"trunk_sha256": "a", "head_sha256": "b", "crop_scale": 1.19, "flip": False}


def test_there_is_no_embedder_without_a_trained_head(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match="facenet-casia-triplet128"):
        FaceEmbedder(network="facenet-casia", cache=CACHE, heads=tmp_path)


@pytest.mark.networks
def test_embeddings_are_the_heads_of_the_trunks_features(tmp_path: Path, trunk: Trunk, crops: Crops) -> None:
    tensors = write_head(tmp_path)
    embedder = FaceEmbedder(network="facenet-casia", cache=CACHE, heads=tmp_path, encoder="torch")
    expected = unit_rows(trunk.features(crops) @ tensors["weight"].T + tensors["bias"])
    np.testing.assert_allclose(embedder.embed(crops), expected, atol=1e-4)
    assert embedder.embed(crops[:0]).shape == (0, DIM)
    assert (embedder.info.dim, embedder.info.crop_scale, embedder.info.input_size) == (DIM, 1.19, 160)


@pytest.mark.networks
def test_with_flip_averaging_a_face_and_its_mirror_image_are_the_same(tmp_path: Path, crops: Crops) -> None:
    write_head(tmp_path / "plain")
    write_head(tmp_path / "flip", flip=True)
    plain = FaceEmbedder(network="facenet-casia", cache=CACHE, heads=tmp_path / "plain", encoder="torch")
    flip = FaceEmbedder(network="facenet-casia", cache=CACHE, heads=tmp_path / "flip", encoder="torch")
    mirrored = crops[:, :, ::-1]
    both = unit_rows(plain.embed(crops) + plain.embed(mirrored))
    np.testing.assert_allclose(flip.embed(crops), both, atol=1e-4)
    np.testing.assert_allclose(flip.embed(crops), flip.embed(mirrored), atol=1e-4)
    assert np.abs(plain.embed(crops) - plain.embed(mirrored)).max() > 1e-3
    assert flip.info.sha256 != plain.info.sha256


@pytest.mark.networks
def test_a_head_of_another_trunk_is_refused(tmp_path: Path) -> None:
    write_head(tmp_path, trunk_sha256="0" * 64)
    with pytest.raises(WeightsMismatchError, match="was trained on") as caught:
        FaceEmbedder(network="facenet-casia", cache=CACHE, heads=tmp_path)
    assert caught.value.way_out is WayOut.TRAIN_HEAD


def test_an_unknown_device_is_refused(tmp_path: Path) -> None:
    write_head(tmp_path)
    with pytest.raises(ConfigError, match="'cpu' or 'cuda', not 'tpu'"):
        FaceEmbedder(network="facenet-casia", cache=CACHE, heads=tmp_path, device="tpu")


@pytest.mark.parametrize(
    "change", [{"trunk_sha256": "c"}, {"head_sha256": "c"}, {"crop_scale": 1.2}, {"flip": True}], ids=str
)
def test_the_digest_follows_all_that_decides_what_an_embedding_means(change: dict[str, object]) -> None:
    assert network_digest(**PARTS) != network_digest(**PARTS | change)  # type: ignore[arg-type]
    assert network_digest(**PARTS) == network_digest(**PARTS)  # type: ignore[arg-type]


@pytest.mark.networks
def test_what_embeddings_are_is_told_without_the_network() -> None:
    assert info_of(head_of("facenet-casia")) == FaceEmbedder(network="facenet-casia", cache=CACHE).info


def test_what_embeddings_are_is_told_without_torch() -> None:
    code = (
        "import sys; from recog.embed.info import head_of, info_of; info_of(head_of('facenet-casia')); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
