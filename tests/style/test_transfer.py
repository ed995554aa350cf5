"""One transfer from start to result, on the small network."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from recog.errors import ConfigError, StyleError
from recog.nn.pooling import PoolingKind
from recog.style.descent import Descent
from recog.style.layers import CAFFE, StyleNetwork
from recog.style.search import MOST_COARSE_STEPS
from recog.style.settings import Colours, Faces, Optimiser, Start, StyleSettings
from recog.style.transfer import StyleProgress, stylize
from recog.types import FaceBox, Pixels

LAYERS = (("relu1_1", 1.0), ("relu2_1", 1.0), ("relu3_1", 1.0))
FACE = FaceBox(left=36.0, top=20.0, right=56.0, bottom=44.0, score=1.0, landmarks=())


def quick(**changes: object) -> StyleSettings:
    base = {"size": 96, "steps": 12, "scales": 1, "content_layer": "relu2_2", "style_layers": LAYERS}
    return StyleSettings(**{**base, **changes})  # type: ignore[arg-type]


def last(progress: Iterator[StyleProgress]) -> tuple[StyleProgress, Pixels]:
    """The last item and its picture."""
    *_, end = progress
    assert end.finished
    assert end.pixels is not None
    return end, end.pixels


@pytest.mark.parametrize(("start", "optimiser"), list(itertools.product(Start, Optimiser)))
def test_the_cost_falls_from_every_start_with_every_optimiser(
    network: StyleNetwork, hills: Pixels, stripes: Pixels, start: Start, optimiser: Optimiser
) -> None:
    rate = 0.02 if optimiser is Optimiser.ADAM else 1.0
    settings = quick(start=start, optimiser=optimiser, steps=30, learning_rate=rate)
    items = list(stylize(hills, stripes, settings, network))
    assert [item.step for item in items] == list(range(1, 31))
    left = 0.9 if optimiser is Optimiser.DESCENT else 0.7
    assert items[-1].costs.total < left * items[0].costs.total
    assert all(item.pixels is None for item in items[:-1])
    assert items[-1].pixels is not None
    assert items[-1].pixels.shape == hills.shape
    assert items[-1].pixels.dtype == np.uint8


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_a_blend_goes_from_the_content_to_noise(
    network: StyleNetwork, hills: Pixels, stripes: Pixels, noise: float
) -> None:
    def made(start: Start) -> Pixels:
        return last(stylize(hills, stripes, quick(start=start, noise=noise, scales=2, size=128), network))[1]

    np.testing.assert_array_equal(made(Start.BLEND), made(Start.NOISE if noise else Start.CONTENT))


def test_plain_descent_moves_along_the_gradient_at_a_constant_rate() -> None:
    descent = Descent(torch.zeros(1, 3, 2, 2), StyleSettings(optimiser=Optimiser.DESCENT, learning_rate=0.5))
    descent.step(torch.zeros(1, 3, 2, 2))
    assert not descent.picture.any()
    descent.step(torch.full((1, 3, 2, 2), -4.0))
    torch.testing.assert_close(descent.picture, torch.full((1, 3, 2, 2), 0.01))
    descent.step(torch.full((1, 3, 2, 2), 2.0))
    torch.testing.assert_close(descent.picture, torch.full((1, 3, 2, 2), 0.005))
    descent.step(torch.full((1, 3, 2, 2), -1e6))
    assert float(descent.picture.max()) <= 0.305 + 1e-6


@pytest.mark.parametrize("optimiser", Optimiser)
def test_a_seed_means_one_picture(network: StyleNetwork, hills: Pixels, stripes: Pixels, optimiser: Optimiser) -> None:
    def made(seed: int) -> Pixels:
        return last(stylize(hills, stripes, quick(start=Start.NOISE, seed=seed, optimiser=optimiser), network))[1]

    np.testing.assert_array_equal(made(1), made(1))
    assert not np.array_equal(made(1), made(2))


@pytest.mark.parametrize("optimiser", Optimiser)
def test_scales_go_from_coarse_to_fine_and_the_result_has_the_size_asked_for(
    network: StyleNetwork, stripes: Pixels, optimiser: Optimiser
) -> None:
    content = np.repeat(np.repeat(stripes, 4, axis=0), 4, axis=1)  # 256 x 320
    settings = quick(size=320, scales=3, steps=10, optimiser=optimiser)
    items = list(stylize(content, stripes, settings, network))
    assert [item.size for item in items] == [(64, 80)] * 4 + [(128, 160)] * 3 + [(256, 320)] * 3
    assert [item.scale for item in items] == [1] * 4 + [2] * 3 + [3] * 3
    assert items[-1].pixels is not None
    assert items[-1].pixels.shape == (256, 320, 3)


def test_a_coarse_scale_has_no_more_steps_than_help_and_the_last_has_the_rest(
    network: StyleNetwork, stripes: Pixels
) -> None:
    content = np.repeat(np.repeat(stripes, 2, axis=0), 2, axis=1)  # 128 x 160
    settings = quick(size=160, scales=3, steps=2 * MOST_COARSE_STEPS + 30)
    items = list(stylize(content, stripes, settings, network))
    assert [item.scale for item in items] == [1] * MOST_COARSE_STEPS + [2] * (MOST_COARSE_STEPS + 30)


def test_coarse_scales_start_the_fine_one_at_a_lower_cost_than_noise(
    network: StyleNetwork, stripes: Pixels, waves: Pixels
) -> None:
    content = np.repeat(np.repeat(waves, 2, axis=0), 2, axis=1)
    settings = quick(size=160, start=Start.NOISE, steps=20)
    plain = list(stylize(content, stripes, settings, network))
    warm = list(stylize(content, stripes, quick(size=160, start=Start.NOISE, steps=20, scales=2), network))
    assert warm[10].costs.total < plain[0].costs.total


def test_previews_come_every_n_steps_at_the_results_size(network: StyleNetwork, hills: Pixels, stripes: Pixels) -> None:
    items = list(stylize(hills, stripes, quick(preview_every=5), network))
    assert [item.step for item in items if item.pixels is not None] == [5, 10, 12]
    assert all(item.pixels.shape == hills.shape for item in items if item.pixels is not None)


def test_taking_no_more_items_stops_the_work(network: StyleNetwork, hills: Pixels, stripes: Pixels) -> None:
    progress = stylize(hills, stripes, quick(steps=100_000), network)
    assert next(progress).step == 1
    assert next(progress).step == 2


def test_a_large_content_is_scaled_down_and_the_first_item_says_so(network: StyleNetwork, stripes: Pixels) -> None:
    content = np.zeros((8000, 12500, 3), dtype=np.uint8)  # 100 megapixels
    items = list(stylize(content, stripes, quick(size=64, steps=2), network))
    assert items[0].message == "the content of 12500 x 8000 px is styled at 64 x 41 px"
    assert items[1].message == ""
    assert items[-1].pixels is not None
    assert items[-1].pixels.shape == (41, 64, 3)


def test_equal_content_and_style_stay_as_they_are_and_the_first_item_says_so(
    network: StyleNetwork, hills: Pixels
) -> None:
    settings = quick(variation=0.0)
    items = list(stylize(hills, hills.copy(), settings, network))
    assert "same picture" in items[0].message
    assert items[-1].pixels is not None
    assert np.abs(items[-1].pixels.astype(int) - hills).mean() < 2.0


def test_faces_are_kept_to_the_pixel_or_softened(network: StyleNetwork, hills: Pixels, stripes: Pixels) -> None:
    """Inside the ellipse the kept face is the photo's own; far away the picture is styled in every mode."""
    made = {
        mode: last(stylize(hills, stripes, quick(faces=mode, steps=25), network, faces=[FACE]))[1] for mode in Faces
    }
    core = np.s_[24:40, 40:52]
    np.testing.assert_array_equal(made[Faces.KEEP][core], hills[core])
    change = {mode: np.abs(picture[core].astype(int) - hills[core]).mean() for mode, picture in made.items()}
    assert 0 == change[Faces.KEEP] < change[Faces.SOFT] < change[Faces.STYLE]
    assert all(np.abs(picture[:, :10].astype(int) - hills[:, :10]).mean() > 3 for picture in made.values())


def test_a_masked_style_leaves_its_mark_only_where_it_counts(
    network: StyleNetwork, hills: Pixels, stripes: Pixels
) -> None:
    mask = np.zeros(hills.shape[:2], dtype=np.float32)
    mask[:, :40] = 1.0
    settings = quick(variation=0.0, steps=20)
    _, pixels = last(stylize(hills, stripes, settings, network, masks=[mask]))
    change = np.abs(pixels.astype(int) - hills).mean(axis=(0, 2))
    assert change[80:].mean() < 0.2 * change[:30].mean()


def test_colours_of_the_content_are_kept_where_asked(network: StyleNetwork, hills: Pixels, stripes: Pixels) -> None:
    """Red stripes on a blue sky: how red the result is tells whose colours it has."""
    redness = {}
    for colours in Colours:
        _, pixels = last(stylize(hills, stripes, quick(colours=colours, steps=25, beta=100.0), network))
        redness[colours] = float(pixels[..., 0].mean() - pixels[..., 2].mean())
    own = float(hills[..., 0].mean() - hills[..., 2].mean())
    assert redness[Colours.STYLE] > own + 15
    assert redness[Colours.LUMINANCE] == pytest.approx(own, abs=12)
    assert abs(redness[Colours.MATCH] - own) < abs(redness[Colours.STYLE] - own)


def test_shares_decide_which_of_two_styles_is_followed(
    network: StyleNetwork, hills: Pixels, stripes: Pixels, waves: Pixels
) -> None:
    def redness(shares: list[float]) -> float:
        _, pixels = last(stylize(hills, [stripes, waves], quick(beta=100.0, steps=20), network, shares=shares))
        return float(pixels[..., 0].mean() - pixels[..., 2].mean())

    assert redness([1.0, 0.0]) > redness([1.0, 1.0]) > redness([0.0, 1.0])


@pytest.mark.parametrize(("shape", "shown"), [((1, 1, 3), "1 x 1 px"), ((31, 400, 3), "400 x 31 px")])
def test_a_style_too_small_to_show_one_is_refused(
    network: StyleNetwork, hills: Pixels, shape: tuple[int, int, int], shown: str
) -> None:
    with pytest.raises(StyleError, match=f"a style picture of {shown} .* at least 32 px"):
        stylize(hills, np.zeros(shape, dtype=np.uint8), quick(), network)


def test_a_content_that_gets_too_thin_is_refused(network: StyleNetwork, stripes: Pixels) -> None:
    with pytest.raises(StyleError, match="would be styled at 96 x 2 px"):
        stylize(np.zeros((20, 1000, 3), dtype=np.uint8), stripes, quick(), network)


def test_no_style_or_no_share_is_refused(network: StyleNetwork, hills: Pixels, stripes: Pixels) -> None:
    with pytest.raises(StyleError, match="no style picture"):
        stylize(hills, [], quick(), network)
    with pytest.raises(StyleError, match="shares"):
        stylize(hills, [stripes], quick(), network, shares=[0.0])


def test_wrong_shapes_and_another_network_are_the_programmers_fault(
    network: StyleNetwork, hills: Pixels, stripes: Pixels
) -> None:
    with pytest.raises(ValueError, match="uint8"):
        stylize(hills.astype(np.float32), stripes, quick(), network)
    with pytest.raises(ValueError, match="mask"):
        stylize(hills, stripes, quick(), network, masks=[np.ones((3, 3), dtype=np.float32)])
    with pytest.raises(ValueError, match="2 shares"):
        stylize(hills, stripes, quick(), network, shares=[1.0, 1.0])
    with pytest.raises(ValueError, match="name the network vgg19"):
        stylize(hills, stripes, quick(network="vgg19"), network)


def test_a_layer_that_the_network_does_not_have_is_named(network: StyleNetwork, hills: Pixels, stripes: Pixels) -> None:
    with pytest.raises(ConfigError, match="no layer relu5_1: choose among relu1_1"):
        stylize(hills, stripes, quick(style_layers=(("relu5_1", 1.0),)), network)


def test_a_cost_that_is_no_number_at_once_is_an_error(network: StyleNetwork, hills: Pixels, stripes: Pixels) -> None:
    broken = StyleNetwork("vgg16-hed", "0" * 64, dict(drawn(network, float("nan"))), CAFFE)
    with pytest.raises(StyleError, match="the first cost is nan"):
        next(stylize(hills, stripes, quick(), broken))


def test_a_cost_that_becomes_no_number_ends_with_the_best_picture_before_it(
    network: StyleNetwork, hills: Pixels, stripes: Pixels
) -> None:
    """Adam at a rate far beyond sense walks out of what float32 can hold at once, so that is the content itself."""
    settings = quick(optimiser=Optimiser.ADAM, learning_rate=100.0)
    huge = StyleNetwork("vgg16-hed", "0" * 64, dict(drawn(network, 1e7)), CAFFE)
    (end,) = stylize(hills, stripes, settings, huge)
    assert end.finished
    assert end.message == "the cost became inf at step 1 of 12: stopped, the best picture before it is kept"
    assert np.isfinite(end.costs.total)
    assert end.pixels is not None
    np.testing.assert_array_equal(end.pixels, hills)


def drawn(network: StyleNetwork, factor: float) -> Iterator[tuple[str, torch.Tensor]]:
    """The network's tensors with the first kernel multiplied."""
    for each in network.convolutions:
        key = each.name.replace("relu", "conv")
        yield f"{key}.weight", each.kernel * (factor if each.name == "relu1_1" else 1.0)
        yield f"{key}.bias", each.bias


@pytest.mark.networks
def test_the_real_network_paints(vgg16_hed: StyleNetwork, hills: Pixels, stripes: Pixels) -> None:
    settings = StyleSettings(size=64, steps=40, pooling=PoolingKind.MAX)
    items = list(stylize(hills, stripes, settings, vgg16_hed))
    assert items[-1].costs.total < 0.8 * items[0].costs.total
    assert items[-1].pixels is not None
    assert items[-1].pixels.std() > 10
