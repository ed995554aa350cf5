"""Two trunks side by side, on both libraries."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from platformdirs import user_cache_path
from safetensors.numpy import save

from recog.crop import crop_faces
from recog.distance import unit_rows
from recog.embed.dlib_trunk import DlibTrunk
from recog.embed.embedder import FaceEmbedder
from recog.embed.encoder import Encoder, precision
from recog.embed.network import DLIB_RESNET, network_named
from recog.embed.openvino_trunk import OpenVinoTrunk
from recog.embed.ranges import ranges_of
from recog.embed.sface_trunk import SfaceTrunk
from recog.embed.trunk import Trunk
from recog.embed.trunks import SideBySide, load_trunks
from recog.embed.tuning import Tuning
from recog.errors import ConfigError, WeightsMismatchError
from recog.photos import read_photo
from recog.types import Crops, FaceBox
from recog.weights.sface_file import sface_tensors
from tests.embed.conftest import save_head, write_head

CACHE = user_cache_path("recog")
BOTH = network_named("facenet-dlib")


@pytest.fixture(scope="module")
def dlib() -> DlibTrunk:
    return DlibTrunk(cache=CACHE)


@pytest.fixture(scope="module")
def views(crops: Crops) -> Crops:
    """The box views, and behind each another pattern as its aligned view."""
    return np.concatenate([crops, crops[::-1]], axis=3)


class Averaging:
    """A trunk of two features: the mean of what it sees, and a number of its own."""

    def __init__(self, own: float) -> None:
        self.own = own
        self.sha256 = f"digest {own}"

    def features(self, crops: Crops) -> NDArray[np.float32]:
        means = crops.reshape(len(crops), -1).mean(axis=1)
        return np.stack([means, np.full_like(means, self.own)], axis=1).astype(np.float32)


def test_features_stand_side_by_side_each_of_its_own_view(views: Crops) -> None:
    found = SideBySide(BOTH, [Averaging(1.0), Averaging(2.0)]).features(views)
    for row, face in zip(found, views, strict=True):
        assert row[0] == pytest.approx(face[:, :, :3].mean(), abs=1e-3)
        assert row[2] == pytest.approx(face[5:155, 5:155, 3:].mean(), abs=1e-3)
        assert (row[1], row[3]) == (1.0, 2.0)


def test_crops_without_the_aligned_view_are_a_programmers_error(crops: Crops) -> None:
    both = SideBySide(BOTH, [Averaging(1.0), Averaging(2.0)])
    with pytest.raises(ValueError, match=r"crops are \(n, 160, 160, 6\) uint8, not \(3, 160, 160, 3\)"):
        both.features(crops)


@pytest.mark.networks
def test_a_network_of_two_trunks_gives_what_each_gives(trunk: Trunk, dlib: DlibTrunk, views: Crops) -> None:
    both = load_trunks(BOTH, cache=CACHE)
    features = both.features(views)
    assert both.sha256 == BOTH.sha256
    assert both.features(views[:0]).shape == (0, BOTH.features)
    np.testing.assert_allclose(features[:, :1792], trunk.features(views[..., :3]), atol=1e-4)
    np.testing.assert_allclose(features[:, 1792:], dlib.features(views[:, 5:155, 5:155, 3:]), atol=1e-4)


@pytest.mark.networks
def test_a_network_of_three_trunks_gives_what_each_gives(trunk: Trunk, dlib: DlibTrunk, crops: Crops) -> None:
    three = load_trunks(network_named("facenet-sface-dlib"), cache=CACHE)
    features = three.features(np.concatenate([crops, crops[::-1], crops[[1, 2, 0]]], axis=3))
    assert three.sha256 == network_named("facenet-sface-dlib").sha256
    np.testing.assert_allclose(features[:, :1792], trunk.features(crops), atol=1e-4)
    chips = crops[::-1, 24:136, 24:136]
    np.testing.assert_allclose(features[:, 1792:1920], SfaceTrunk(cache=CACHE).features(chips), atol=1e-5)
    np.testing.assert_allclose(features[:, 1920:], dlib.features(crops[[1, 2, 0], 5:155, 5:155]), atol=1e-4)


@pytest.mark.networks
@pytest.mark.parametrize("encoder", ["torch", "openvino"])
def test_blocks_that_were_trained_fit_only_the_network_that_has_them(tmp_path: Path, encoder: Encoder) -> None:
    content = save({"block8.conv2d.bias": np.zeros(1792, np.float32)})
    for weights, why in (("facenet-casia", "the trunk facenet-casia, which sface lacks"), ("sface", "another network")):
        tuning = Tuning(tmp_path / "x.trunk.safetensors", content, weights)
        with pytest.raises(WeightsMismatchError, match=f"belongs to {why}"):
            load_trunks(network_named("sface"), cache=CACHE, encoder=encoder, tuning=tuning)


@pytest.mark.networks
@pytest.mark.parametrize("encoder", ["torch", "openvino"])
def test_one_trunk_of_several_is_changed_and_the_others_stay(tmp_path: Path, encoder: Encoder, crops: Crops) -> None:
    """SFace's numbers move by what is added to the bias of its last layer."""
    network = network_named("sface-dlib")
    views = np.concatenate([crops, crops[::-1], crops[[1, 2, 0]]], axis=3)
    before = load_trunks(network, cache=CACHE, encoder=encoder)
    bias = sface_tensors(CACHE / "sface.onnx")["fc.bias"]
    tuning = Tuning(tmp_path / "x.trunk.safetensors", save({"fc.bias": bias + 2}), "sface")
    after = load_trunks(network, cache=CACHE, encoder=encoder, tuning=tuning)
    sface, found = SfaceTrunk(cache=CACHE), after.features(views)
    seen = network.seen(network.parts[0], views)
    np.testing.assert_allclose(found[:, :128], sface.features(seen) + 2, atol=1e-4)
    np.testing.assert_array_equal(found[:, 128:], before.features(views)[:, 128:])
    digests = [tuning.sha256_over(sface.sha256), DlibTrunk(cache=CACHE).sha256]
    assert after.sha256 == network.trunks_sha256(digests) != before.sha256


@pytest.mark.networks
def test_openvinos_float32_features_are_those_of_torch(dlib: DlibTrunk, crops: Crops) -> None:
    """Twenty crops are more than one batch, and the last one is not full."""
    fast = OpenVinoTrunk(DLIB_RESNET, cache=CACHE, threads=1, ranges={})
    many = np.concatenate([crops[:, :150, :150]] * 7)[:20]
    np.testing.assert_allclose(fast.features(many), dlib.features(many), atol=1e-4)
    assert fast.sha256 == dlib.sha256
    assert fast.features(many[:0]).shape == (0, 256)
    with pytest.raises(ValueError, match=r"crops are \(n, 150, 150, 3\) uint8"):
        fast.features(crops)


@pytest.mark.networks
def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ConfigError, match="does not fit InceptionResnetV1"):
        Trunk(DLIB_RESNET, cache=CACHE)


@pytest.mark.networks
def test_every_range_is_of_a_convolution_of_dlibs_network(dlib: DlibTrunk) -> None:
    names = {name.removesuffix(".weight") for name in dlib.network.state_dict()}
    ranges = ranges_of(DLIB_RESNET)
    assert set(ranges) < names
    assert len(ranges) == 22
    assert min(ranges.values()) > 0


@pytest.mark.networks
def test_eight_bits_are_really_used_where_the_processor_has_them(dlib: DlibTrunk, crops: Crops) -> None:
    if precision("openvino", DLIB_RESNET) == "float32":
        pytest.skip("this processor has no instructions for sums of byte products")
    fast = OpenVinoTrunk(DLIB_RESNET, cache=CACHE, threads=1)
    seen = crops[:, :150, :150]
    assert np.abs(fast.features(seen) - dlib.features(seen)).max() > 1e-3


@pytest.mark.networks
def test_an_embedder_of_two_trunks_embeds_by_both(tmp_path: Path, views: Crops) -> None:
    tensors = write_head(tmp_path, network="facenet-dlib", flip=True)
    embedder = FaceEmbedder(cache=CACHE, network="facenet-dlib", heads=tmp_path, encoder="torch")
    features = load_trunks(BOTH, cache=CACHE).features(np.concatenate([views, views[:, :, ::-1]]))
    upright, mirrored = np.split(unit_rows(features @ tensors["weight"].T + tensors["bias"]), 2)
    np.testing.assert_allclose(embedder.embed(views), unit_rows(upright + mirrored), atol=1e-4)


@pytest.mark.networks
@pytest.mark.data
def test_fast_embeddings_of_two_trunks_are_the_reference_ones_to_a_cosine_of_0_999(data: Path, tmp_path: Path) -> None:
    """Under a head that gives both trunks half of the variance, centred as a trained one is.

    These photos are tight crops of upright faces: a cut of their middle stands for the aligned view.
    """
    rows = []
    for path in sorted((data / "identities").glob("*/*.jpg"))[::450]:
        pixels = read_photo(path).pixels
        whole = FaceBox(0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]), 1.0, ())
        rows.append(np.concatenate([crop_faces(pixels, [whole], scale=s, size=160) for s in (1.0, 0.9)], axis=3))
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
