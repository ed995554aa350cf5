"""One trunk of a network is trained; the others give the features that they always gave."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from recog.embed.dlib_resnet import DlibResnet
from recog.embed.network import network_named
from recog.embed.sface import Sface
from recog.errors import TrainingError
from recog.train.network import TunableNetwork
from recog.train.trunk_choice import FrozenTrunks, trained_part
from recog.types import Crops
from tests.train.test_network import drawn_head
from tests.train.test_stages import Drawn

THREE = network_named("facenet-sface-dlib")
CROPS = np.random.default_rng(4).integers(0, 256, (3, 160, 160, 9), dtype=np.uint8)


class Means(Drawn):
    """A trunk whose features are the mean of its crop, over and over."""

    def __init__(self, width: int, side: int) -> None:
        super().__init__(DlibResnet)
        self.width, self.side = width, side

    def features(self, crops: Crops) -> NDArray[np.float32]:
        assert crops.shape[1:] == (self.side, self.side, 3)
        return np.repeat(crops.mean(axis=(1, 2, 3), dtype=np.float32)[:, None], self.width, axis=1)


def test_the_trained_trunk_stands_between_the_frozen_ones_at_its_place() -> None:
    part, trunk = trained_part(THREE, "sface"), Drawn(Sface)
    others = FrozenTrunks(THREE, part, [Means(1792, 160), Means(128, 112), Means(256, 150)])
    network = TunableNetwork(trunk, drawn_head(width=2176), part="blocks", blocks=2, others=others)
    seen = network.stem(CROPS)
    assert seen.map.shape == (3, 1024, 7, 7)
    with torch.inference_mode():
        features = network.features(seen).numpy()
        chips = CROPS[:, 24:136, 24:136, 6:9] if THREE.place_of(part) == 2 else CROPS[:, 24:136, 24:136, 3:6]
        own = trunk.network(torch.from_numpy(chips.copy()).permute(0, 3, 1, 2).float()).numpy()
    np.testing.assert_allclose(features[:, 1792:1920], own, atol=1e-4)
    np.testing.assert_allclose(features[:, :1792], CROPS[..., :3].mean(axis=(1, 2, 3))[:, None].repeat(1792, 1), 1e-5)
    assert np.ptp(features[:, 1920:], axis=1).max() == 0.0


def test_a_network_of_several_trunks_needs_a_choice() -> None:
    assert trained_part(network_named("sface"), None).weights == "sface"
    assert trained_part(THREE, "dlib-resnet").weights == "dlib-resnet"
    with pytest.raises(TrainingError, match="several trunks, of which one is trained: choose one of facenet-casia, sf"):
        trained_part(THREE, None)
    with pytest.raises(TrainingError, match="sface has no trunk dlib-resnet: choose one of sface"):
        trained_part(network_named("sface"), "dlib-resnet")
