"""The plain loop that the benchmark of style compares with takes as many steps as recog's own."""

from benchmarks.style_loops import Pair, PlainLoop
from recog.style.layers import StyleNetwork
from recog.style.pictures import to_tensor
from recog.style.settings import StyleSettings
from recog.types import Pixels


def test_every_evaluation_of_the_plain_loop_moves_the_picture(
    network: StyleNetwork, hills: Pixels, stripes: Pixels
) -> None:
    """As steps of torch's optimiser count them, over several calls."""
    settings = StyleSettings(content_layer="relu2_2", style_layers=(("relu1_1", 1.0), ("relu3_1", 1.0)))
    pair = Pair(to_tensor(hills, "cpu"), to_tensor(stripes, "cpu"))
    loop = PlainLoop(network, settings, pair, pair.content)
    for _ in range(3):
        loop.run(2)
    state = loop.optimiser.state[loop.picture]
    assert (state["n_iter"], state["func_evals"]) == (6, 6)
