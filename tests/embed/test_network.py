"""The table of networks, and the digests of what stands below their heads."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recog.embed.embedder import FaceEmbedder
from recog.embed.head import load_head
from recog.embed.info import head_of, info_of
from recog.embed.network import NETWORKS, Network, NetworkTrunk, network_named
from recog.errors import ConfigError, WayOut, WeightsMismatchError, WeightsMissingError
from recog.types import View
from recog.weights.registry import SPECS, spec
from recog.weights.spec import Role
from tests.embed.conftest import DIM, write_head

BOTH = network_named("facenet-dlib")


def test_every_network_is_made_of_trunks_whose_weights_can_be_brought() -> None:
    for name, network in NETWORKS.items():
        assert network.name == name
        assert network.parts
        assert all(SPECS[part.weights].role is Role.TRUNK for part in network.parts)


def test_two_trunks_give_the_features_of_both() -> None:
    assert [part.features for part in BOTH.parts] == [1792, 256]
    assert BOTH.features == 2048
    assert BOTH.head == "facenet-dlib-triplet128"


def test_a_trunk_that_sees_the_crop_as_it_is_has_the_digest_of_its_weights() -> None:
    assert network_named("facenet-casia").sha256 == spec("facenet-casia").sha256
    assert network_named("facenet-vggface2").sha256 is None


def test_the_digest_of_two_trunks_follows_both_their_order_and_what_each_sees() -> None:
    first, second = BOTH.parts
    others = [
        Network("x", (second, first)),
        Network("x", (first,)),
        Network("x", (second,)),
        Network("x", (first, replace(second, side=second.side + 2))),
        Network("x", (first, replace(second, view=None))),
        Network("x", (first, replace(second, view=View("arcface", 160)))),
        Network("x", (first, replace(second, view=View("dlib", 158)))),
        Network("x", (replace(first, side=150), second)),
        Network("x", (replace(first, weights="mtcnn"), second)),
    ]
    digests = {BOTH.sha256, *(each.sha256 for each in others)}
    assert len(digests) == 1 + len(others)
    assert BOTH.sha256 == Network("another name", BOTH.parts).sha256


def test_the_digest_is_unknown_before_all_weights_are_here() -> None:
    network = Network("x", (NetworkTrunk("facenet-vggface2", 1792), BOTH.parts[1]))
    assert network.sha256 is None
    assert network.trunks_sha256(["a", "b"]) != network.trunks_sha256(["b", "b"])


def test_a_trunk_sees_the_centre_of_its_view() -> None:
    """Every value of these crops is its own place."""
    crops = np.random.default_rng(0).integers(0, 256, (2, 160, 160, 6), dtype=np.uint8)
    box, aligned = (BOTH.seen(part, crops) for part in BOTH.parts)
    np.testing.assert_array_equal(box, crops[..., :3])
    assert aligned.shape == (2, 150, 150, 3)
    for face, row, column, channel in [(0, 0, 0, 0), (1, 149, 0, 1), (1, 70, 149, 2)]:
        assert aligned[face, row, column, channel] == crops[face, row + 5, column + 5, channel + 3]


def test_each_trunk_of_three_sees_the_view_that_it_was_trained_on() -> None:
    """Crops whose views hold their own number, in the middle of the pixels of each view."""
    three = network_named("facenet-sface-dlib")
    assert three.views == (View("arcface", 112), View("dlib", 160))
    crops = np.zeros((1, 160, 160, 9), np.uint8)
    crops[..., :3] = 1
    crops[:, 24:136, 24:136, 3:6] = 2
    crops[:, 5:155, 5:155, 6:] = 3
    seen = [three.seen(part, crops) for part in three.parts]
    assert [one.shape[1] for one in seen] == [160, 112, 150]
    assert [set(one.flatten()) for one in seen] == [{1}, {2}, {3}]


def test_two_trunks_that_see_the_same_view_share_it() -> None:
    one = NETWORKS["sface"].parts[0]
    assert Network("x", (one, replace(one, share=2.0))).views == (View("arcface", 112),)


def test_the_digests_of_the_networks_that_libraries_have_stay() -> None:
    """Another digest would embed every library anew."""
    assert str(BOTH.sha256).startswith("fd3fa07736e08fc5")
    assert NETWORKS["facenet-casia"].sha256 == spec("facenet-casia").sha256


def test_only_a_network_that_looks_at_an_aligned_view_asks_for_it() -> None:
    assert BOTH.views == (View("dlib", 160),)
    assert NETWORKS["facenet-casia"].views == ()
    assert NETWORKS["sface"].views == (View("arcface", 112),)


def test_an_unknown_network_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="no network called 'arcface': choose one of facenet-casia, "):
        network_named("arcface")


def test_a_head_as_wide_as_one_trunk_is_none_for_two(tmp_path: Path) -> None:
    write_head(tmp_path, network="facenet-dlib")
    assert load_head(BOTH.head, directory=tmp_path).weight.shape == (DIM, 2048)
    write_head(tmp_path, network="facenet-dlib", trunk="facenet-casia")
    with pytest.raises(WeightsMismatchError, match=r"instead of finite \(\.\.\., 1792\) float32"):
        load_head(BOTH.head, directory=tmp_path)


def test_a_head_of_the_same_trunks_seen_otherwise_is_refused(tmp_path: Path) -> None:
    first, second = BOTH.parts
    other = Network("facenet-dlib", (first, replace(second, side=second.side + 2)))
    write_head(tmp_path, network="facenet-dlib", trunk_sha256=other.sha256)
    with pytest.raises(WeightsMismatchError, match="was trained on the trunk") as caught:
        head_of("facenet-dlib", heads=tmp_path)
    assert caught.value.way_out is WayOut.TRAIN_HEAD


def test_two_trunks_without_a_head_are_no_embedder(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match="facenet-dlib-triplet128"):
        FaceEmbedder(cache=tmp_path, network="facenet-dlib", heads=tmp_path)


def test_what_embeddings_are_names_both_trunks(tmp_path: Path) -> None:
    write_head(tmp_path, network="facenet-dlib")
    info = info_of(head_of("facenet-dlib", heads=tmp_path))
    for part in BOTH.parts:
        assert part.spec.trained_on in info.trained_on
        assert part.spec.licence in info.licence
        assert str(part.spec.sources[-1]) in info.source
    assert (info.dim, info.input_size, info.aligned) == (DIM, 160, True)
