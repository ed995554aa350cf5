"""Features of several networks under one head: the scaling by block against plain loops."""

from dataclasses import replace

import numpy as np
import pytest

from recog.config import read_settings
from recog.embed.head import load_head
from recog.embed.network import NETWORKS
from recog.errors import TrainingError
from recog.train.blocks import FeatureBlock, joined_bottleneck, network_blocks
from recog.train.head import LinearHead
from recog.train.head_training import train_head
from recog.train.pca import principal_start
from recog.train.settings import BatchShape, TrainSettings

RANDOM = np.random.default_rng(0)
LEFT = RANDOM.normal(3, 40, (50, 6)).astype(np.float32)
RIGHT = RANDOM.normal(-1, 0.01, (50, 4)).astype(np.float32)
ROWS = np.concatenate([LEFT, RIGHT], axis=1)
BOTTLENECK = LinearHead(RANDOM.normal(0, 1, (3, 6)).astype(np.float32), np.ones(3, dtype=np.float32))
BLOCKS = [FeatureBlock(width=6, bottleneck=BOTTLENECK, share=3.0), FeatureBlock(width=4)]


def test_every_block_gets_its_share_of_the_variance() -> None:
    joined = joined_bottleneck(ROWS, BLOCKS)
    outputs = ROWS @ joined.weight.T + joined.bias
    assert outputs.shape == (50, 3 + 4)
    assert outputs[:, :3].var(axis=0).sum() == pytest.approx(0.75, rel=1e-3)
    assert outputs[:, 3:].var(axis=0).sum() == pytest.approx(0.25, rel=1e-3)


def test_the_joined_map_is_each_network_s_own_map_times_a_number() -> None:
    joined = joined_bottleneck(ROWS, BLOCKS)
    for row in ROWS[:5]:
        own = [sum(w * x for w, x in zip(weights, row[:6], strict=True)) for weights in BOTTLENECK.weight]
        outputs = joined.weight @ row
        left, right = outputs[:3] / np.array(own), outputs[3:] / row[6:]
        assert np.allclose(left, left[0], rtol=1e-3)
        assert np.allclose(right, right[0], rtol=1e-3)


@pytest.mark.parametrize("centring", [0.0, 0.6, 1.0])
def test_of_each_block_a_share_of_its_mean_is_taken_off(centring: float) -> None:
    blocks = [replace(block, centring=centring) for block in BLOCKS]
    whole = [replace(block, centring=0.0) for block in BLOCKS]
    outputs = [ROWS @ one.weight.T + one.bias for one in (joined_bottleneck(ROWS, each) for each in (blocks, whole))]
    assert np.allclose(outputs[0], outputs[1] - centring * outputs[1].mean(axis=0), atol=1e-4)


def test_a_head_is_trained_on_rows_of_two_networks() -> None:
    labels = np.repeat(np.arange(10, dtype=np.int64), 5)
    start = principal_start(ROWS, joined_bottleneck(ROWS, BLOCKS), dim=4)
    run = train_head(
        ROWS,
        labels,
        TrainSettings(batch=BatchShape(people=5, photos=3), steps=3, validate_every=1),
        start=start,
        validate=lambda head: {"moved": float(np.abs(head.embed(ROWS) - start.embed(ROWS)).sum())},
        score="moved",
    )
    assert run.head.embed(ROWS).shape == (50, 4)
    assert run.step > 0


@pytest.mark.parametrize("blocks", [[FeatureBlock(width=6)], [FeatureBlock(width=6), FeatureBlock(width=5)]])
def test_blocks_that_are_not_the_row_are_refused(blocks: list[FeatureBlock]) -> None:
    with pytest.raises(ValueError, match="are not rows of blocks"):
        joined_bottleneck(ROWS, blocks)


def test_a_block_without_variance_is_refused() -> None:
    with pytest.raises(ValueError, match="columns 0 to 2 are the same"):
        joined_bottleneck(np.zeros((5, 2), dtype=np.float32), [FeatureBlock(width=2)])


@pytest.mark.parametrize(
    "wrong",
    [{"width": 0}, {"width": 3, "centring": 1.5}, {"width": 3, "share": 0.0}, {"width": 5, "bottleneck": BOTTLENECK}],
)
def test_a_block_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"block|bottleneck"):
        FeatureBlock(**wrong)  # type: ignore[arg-type]


@pytest.mark.networks
def test_a_head_is_trained_by_default_with_the_shares_and_centrings_of_the_shipped_one() -> None:
    network = NETWORKS["facenet-dlib"]
    blocks = network_blocks(network, cache=read_settings().cache)
    arguments = load_head(network.head).record["arguments"]
    assert isinstance(arguments, dict)
    assert [block.share for block in blocks] == arguments["shares"]
    assert [block.centring for block in blocks] == arguments["centrings"]
    assert network_blocks(network, shares=(2.0, 1.0), cache=read_settings().cache)[0].share == 2.0
    with pytest.raises(TrainingError, match="2 trunks, and 1 centrings"):
        network_blocks(network, centrings=(1.0,), cache=read_settings().cache)
    for shares, centrings in (((0.0, 1.0), (1.0, 1.0)), ((float("nan"), 1.0), (0.0, 0.0)), ((1.0, 1.0), (1.0, 1.1))):
        with pytest.raises(TrainingError, match="lie above 0, the centrings"):
            network_blocks(network, shares=shares, centrings=centrings, cache=read_settings().cache)
