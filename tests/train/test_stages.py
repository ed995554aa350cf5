"""A trunk cut into stages computes what the whole trunk computes."""

import pytest
import torch
from torch import nn

from recog.embed.dlib_resnet import DlibResnet
from recog.embed.sface import Sface
from recog.train.network import TunableNetwork
from recog.train.stages import stages_of
from tests.train.test_network import CROPS, DrawnTrunk, drawn_head


class Drawn(DrawnTrunk):
    """A trunk of another kind with random weights."""

    def __init__(self, kind: type[nn.Module]) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.network = kind().eval()


KINDS = [(Sface, 112, 128, 15), (DlibResnet, 150, 256, 15)]


@pytest.mark.parametrize(("kind", "side", "width", "count"), KINDS)
@pytest.mark.parametrize("blocks", [1, 3, None])
def test_stages_give_the_features_of_the_network(
    kind: type[nn.Module], side: int, width: int, count: int, blocks: int | None
) -> None:
    trunk, crops = Drawn(kind), CROPS[:2, :side, :side]
    with torch.inference_mode():
        whole = trunk.network(torch.from_numpy(crops).permute(0, 3, 1, 2).float())
    part = TunableNetwork(trunk, drawn_head(width=width), part="all" if blocks is None else "blocks", blocks=blocks)
    assert len(part.trained_stages) == (count if blocks is None else blocks)
    with torch.inference_mode():
        assert torch.allclose(part.features(part.stem(crops)), whole, atol=1e-4)


@pytest.mark.parametrize(("kind", "below"), [(Sface, set()), (DlibResnet, {"fc.weight"})])
def test_parameters_of_the_stages_are_those_of_the_weights_file(kind: type[nn.Module], below: set[str]) -> None:
    """The last layer of dlib lies in the head."""
    network = kind()
    named = {name for stage in stages_of(network).stages for name in stage.parameters()}
    assert named == {name for name, _ in network.named_parameters()} - below
