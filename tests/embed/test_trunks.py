"""Two trunks side by side, on both libraries."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from platformdirs import user_cache_path

from recog.crop import crop_faces
from recog.distance import unit_rows
from recog.embed.dlib_trunk import DlibTrunk
from recog.embed.embedder import FaceEmbedder
from recog.embed.encoder import precision
from recog.embed.network import DLIB_RESNET, network_named
from recog.embed.openvino_trunk import OpenVinoTrunk
from recog.embed.ranges import ranges_of
from recog.embed.trunk import Trunk
from recog.embed.trunks import SideBySide, load_trunks
from recog.errors import ConfigError
from recog.photos import read_photo
from recog.types import Crops, FaceBox
from tests.embed.conftest import save_head, write_head

CACHE = user_cache_path("recog")
BOTH = network_named("facenet-dlib")
SIDE = BOTH.parts[1].side


@pytest.fixture(scope="module")
def dlib() -> DlibTrunk:
    return DlibTrunk(side=SIDE, cache=CACHE)


class Counting:
    """A trunk of two features: the crop's mean, and a number of its own."""

    def __init__(self, own: float) -> None:
        self.own = own
        self.sha256 = f"digest {own}"

    def features(self, crops: Crops) -> NDArray[np.float32]:
        means = crops.reshape(len(crops), -1).mean(axis=1)
        return np.stack([means, np.full_like(means, self.own)], axis=1).astype(np.float32)


def test_features_stand_side_by_side_in_the_order_of_the_trunks(crops: Crops) -> None:
    first, second = Counting(1.0), Counting(2.0)
    found = SideBySide([first, second]).features(crops)
    np.testing.assert_array_equal(found[:, :2], first.features(crops))
    np.testing.assert_array_equal(found[:, 2:], second.features(crops))
    assert SideBySide([first, second]).sha256 != SideBySide([second, first]).sha256


@pytest.mark.networks
def test_a_network_of_two_trunks_gives_what_each_gives(trunk: Trunk, dlib: DlibTrunk, crops: Crops) -> None:
    both = load_trunks(BOTH, cache=CACHE)
    features = both.features(crops)
    assert both.sha256 == BOTH.sha256
    assert both.features(crops[:0]).shape == (0, BOTH.features)
    np.testing.assert_allclose(features[:, :1792], trunk.features(crops), atol=1e-4)
    np.testing.assert_allclose(features[:, 1792:], dlib.features(crops), atol=1e-4)


@pytest.mark.networks
@pytest.mark.parametrize("side", [150, 160])
def test_openvinos_float32_features_are_those_of_torch(crops: Crops, side: int) -> None:
    """Twenty crops are more than one batch, and the last one is not full."""
    fast = OpenVinoTrunk(DLIB_RESNET, side=side, cache=CACHE, threads=1, ranges={})
    slow = DlibTrunk(side=side, cache=CACHE)
    many = np.concatenate([crops] * 7)[:20]
    np.testing.assert_allclose(fast.features(many), slow.features(many), atol=1e-4)
    assert fast.sha256 == slow.sha256
    assert fast.features(crops[:0]).shape == (0, 256)


@pytest.mark.networks
def test_the_side_decides_the_features_and_the_digest(dlib: DlibTrunk, crops: Crops) -> None:
    other = DlibTrunk(side=SIDE - 10, cache=CACHE)
    assert np.abs(other.features(crops) - dlib.features(crops)).max() > 1e-2
    assert other.sha256 != dlib.sha256
    with pytest.raises(ConfigError, match="facenet-casia sees crops of 160 pixels, not of 150"):
        OpenVinoTrunk("facenet-casia", side=150, cache=CACHE)


@pytest.mark.networks
def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ConfigError, match="is not of InceptionResnetV1"):
        Trunk(DLIB_RESNET, cache=CACHE)


@pytest.mark.networks
def test_every_range_is_of_a_convolution_of_dlibs_network(dlib: DlibTrunk) -> None:
    names = {name.removesuffix(".weight") for name in dlib.network.state_dict()}
    ranges = ranges_of(DLIB_RESNET)
    assert set(ranges) < names
    assert len(ranges) == 16
    assert min(ranges.values()) > 0


@pytest.mark.networks
def test_eight_bits_are_really_used_where_the_processor_has_them(dlib: DlibTrunk, crops: Crops) -> None:
    if precision("openvino", DLIB_RESNET) == "float32":
        pytest.skip("this processor has no instructions for sums of byte products")
    fast = OpenVinoTrunk(DLIB_RESNET, side=SIDE, cache=CACHE, threads=1)
    assert np.abs(fast.features(crops) - dlib.features(crops)).max() > 1e-3


@pytest.mark.networks
def test_an_embedder_of_two_trunks_embeds_by_both(tmp_path: Path, crops: Crops) -> None:
    tensors = write_head(tmp_path, network="facenet-dlib", flip=True)
    embedder = FaceEmbedder(cache=CACHE, network="facenet-dlib", heads=tmp_path, encoder="torch")
    features = load_trunks(BOTH, cache=CACHE).features(np.concatenate([crops, crops[:, :, ::-1]]))
    upright, mirrored = np.split(unit_rows(features @ tensors["weight"].T + tensors["bias"]), 2)
    np.testing.assert_allclose(embedder.embed(crops), unit_rows(upright + mirrored), atol=1e-4)


@pytest.mark.networks
@pytest.mark.data
def test_fast_embeddings_of_two_trunks_are_the_reference_ones_to_a_cosine_of_0_999(data: Path, tmp_path: Path) -> None:
    """Under a head that gives both trunks half of the variance, centred as a trained one is."""
    rows = []
    for path in sorted((data / "identities").glob("*/*.jpg"))[::150]:
        pixels = read_photo(path).pixels
        whole = FaceBox(0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]), 1.0, ())
        rows.append(crop_faces(pixels, [whole], scale=1.0, size=160))
    crops = np.concatenate(rows)
    assert len(crops) >= 20
    features = load_trunks(BOTH, cache=CACHE).features(crops)
    shares = [np.full(1792, features[:, :1792].var(axis=0).sum()), np.full(256, features[:, 1792:].var(axis=0).sum())]
    axes = np.random.default_rng(0).normal(size=(128, BOTH.features)) / np.sqrt(np.concatenate(shares))
    weight = axes.astype(np.float32)
    save_head(tmp_path, {"weight": weight, "bias": -weight @ features.mean(axis=0)}, network="facenet-dlib", flip=True)
    fast, reference = (
        FaceEmbedder(cache=CACHE, network="facenet-dlib", heads=tmp_path, encoder=encoder)
        for encoder in ("openvino", "torch")
    )
    cosines = np.einsum("nd,nd->n", fast.embed(crops), reference.embed(crops))
    assert cosines.min() >= 0.999
    assert fast.info == reference.info
