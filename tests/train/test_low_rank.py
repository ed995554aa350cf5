"""Low-rank changes start at nothing, and the file of a result gives the network that was trained."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from recog.embed.sface import Sface
from recog.embed.tuning import Tuning
from recog.errors import TrainingError, WeightsMismatchError
from recog.train.low_rank import changed_kernels, low_rank_start
from recog.train.network import TunableNetwork
from recog.train.plans import NetworkPlan
from tests.train.test_network import CROPS, drawn_head
from tests.train.test_stages import Drawn

KERNELS = {"wide": torch.randn(20, 30, 1, 1), "deep": torch.randn(20, 1, 3, 3), "bias": torch.randn(20)}


def test_a_start_changes_nothing_and_small_tensors_are_trained_whole() -> None:
    start = low_rank_start(KERNELS, rank=8, seed=0)
    assert {name: tuple(tensor.shape) for name, tensor in start.items()} == {
        "wide.up": (20, 8), "wide.down": (8, 30), "deep": (20, 1, 3, 3), "bias": (20,)
    }  # fmt: skip
    changed = changed_kernels(KERNELS, start)
    assert all(torch.equal(changed[name], kernel) for name, kernel in KERNELS.items())
    assert not torch.equal(low_rank_start(KERNELS, rank=8, seed=1)["wide.down"], start["wide.down"])


def test_a_change_is_the_product_of_its_factors() -> None:
    start = low_rank_start(KERNELS, rank=8, seed=0)
    start["wide.up"] = torch.ones(20, 8)
    expected = KERNELS["wide"] + start["wide.down"].sum(dim=0).reshape(1, 30, 1, 1)
    assert torch.allclose(changed_kernels(KERNELS, start)["wide"], expected, atol=1e-6)


def test_the_file_of_a_result_gives_the_network_that_was_trained() -> None:
    trunk, crops = Drawn(Sface), CROPS[:, :112, :112]
    network = TunableNetwork(trunk, drawn_head(width=128), part="blocks", blocks=2, rank=4)
    with torch.no_grad():
        for tensor in network.tensors.values():
            tensor.add_(0.01 * torch.randn(tensor.shape, generator=torch.Generator().manual_seed(2)))
        trained = network.features(network.stem(crops))
        own = {name: tensor.numpy() for name, tensor in trunk.network.state_dict().items()}
        before = trunk.network(torch.from_numpy(crops).permute(0, 3, 1, 2).float())
        content = network.trunk_bytes(half=False)
        assert len(content) < 1_000_000
        tuned = Tuning(Path("x.trunk.safetensors"), content, "sface").tensors_for(own)
        trunk.network.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in (own | tuned).items()})
        after = trunk.network(torch.from_numpy(crops).permute(0, 3, 1, 2).float())
    assert torch.allclose(after, trained, atol=1e-4)
    assert not torch.allclose(before, trained, atol=1e-2)


@pytest.mark.parametrize("missing", ["kernel.up", "kernel.down"])
def test_half_a_change_is_refused(missing: str) -> None:
    own = {"kernel": np.zeros((4, 5), np.float32)}
    change = {"kernel.up": np.ones((4, 2), np.float32), "kernel.down": np.ones((2, 5), np.float32)}
    whole = Tuning(Path("x"), save(change), "drawn").tensors_for(own)
    np.testing.assert_array_equal(whole["kernel"], np.full((4, 5), 2.0))
    del change[missing]
    with pytest.raises(WeightsMismatchError, match="belongs to another network: it has 1 tensors"):
        Tuning(Path("x"), save(change), "drawn").tensors_for(own)


def test_a_change_of_another_shape_is_refused() -> None:
    change = {"kernel.up": np.ones((4, 2), np.float32), "kernel.down": np.ones((3, 5), np.float32)}
    with pytest.raises(WeightsMismatchError, match="belongs to another network"):
        Tuning(Path("x"), save(change), "drawn").tensors_for({"kernel": np.zeros((4, 5), np.float32)})


def test_a_plan_of_no_blocks_or_of_no_rank_is_refused() -> None:
    for wrong in ({"blocks": 0}, {"rank": 0}):
        with pytest.raises(TrainingError, match="both are at least 1"):
            NetworkPlan(**wrong)  # type: ignore[arg-type]
    with pytest.raises(TrainingError, match="all stages are trained"):
        NetworkPlan(part="all", blocks=2)
    with pytest.raises(TrainingError, match=r"the trunk has 15 stages, conv_1, .*, and not 16"):
        TunableNetwork(Drawn(Sface), drawn_head(width=128), part="blocks", blocks=16)


def test_a_file_holds_halves_of_the_trained_tensors_alone() -> None:
    network = TunableNetwork(Drawn(Sface), drawn_head(width=128), part="blocks", blocks=1, rank=4)
    kept = load(network.trunk_bytes(half=True))
    assert sorted(kept) == ["fc.bias", "fc.weight.down", "fc.weight.up"]
    assert {tensor.dtype for tensor in kept.values()} == {np.dtype(np.float16)}
