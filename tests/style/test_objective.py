"""The objective's costs and hand-written gradient against autograd through the definitions of the costs."""

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor

from recog.nn.gram import mean_gram_matrix
from recog.nn.pooling import PoolingKind
from recog.style.gram_terms import blended_moments, moments
from recog.style.layers import StyleNetwork
from recog.style.objective import Objective, StyleReference
from recog.style.settings import Form, StyleSettings
from tests.style import costs

LAYERS = (("relu1_1", 1.0), ("relu2_1", 2.0), ("relu3_1", 1.0))


def made_settings(**changes: object) -> StyleSettings:
    base = {"content_layer": "relu2_2", "style_layers": LAYERS, "alpha": 2.0, "beta": 3.0, "variation": 0.5}
    return StyleSettings(**{**base, **changes})  # type: ignore[arg-type]


def picture(seed: int, height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def recorded(
    network: StyleNetwork, settings: StyleSettings, content: Tensor, style: Tensor, generated: Tensor
) -> tuple[list[float], Tensor]:
    """Costs and gradient as autograd finds them."""
    x = generated.clone().requires_grad_()
    names = {settings.content_layer, *settings.lambdas}
    of_x, of_content, of_style = (
        network.features(each, names, pooling=settings.pooling) for each in (x, content, style)
    )
    content_cost, style_cost, variation = costs.costs_of_form(of_content, of_style, of_x, x[0], settings)
    total = costs.total_cost(
        content_cost,
        style_cost,
        variation,
        alpha=settings.alpha,
        beta=settings.beta,
        variation_weight=settings.variation,
    )
    (gradient,) = torch.autograd.grad(total, x)
    return [float(each.detach()) for each in (total, content_cost, style_cost, variation)], gradient


@pytest.mark.parametrize(("form", "pooling", "size"), list(itertools.product(Form, PoolingKind, [(40, 48), (43, 37)])))
def test_costs_and_gradient_are_those_of_the_definition(
    network: StyleNetwork, form: Form, pooling: PoolingKind, size: tuple[int, int]
) -> None:
    """Odd sizes lose a row or column at the pooling; the style has another size than the content."""
    settings = made_settings(form=form, pooling=pooling)
    content, style, generated = picture(1, *size), picture(2, 36, 52) ** 2, picture(3, *size)
    costs, gradient = Objective(network, settings, content, [StyleReference(style, 1.0)])(generated)
    slow, slow_gradient = recorded(network, settings, content, style, generated)
    assert [costs.total, costs.content, costs.style, costs.variation] == pytest.approx(slow, rel=1e-4)
    assert float((gradient - slow_gradient).norm() / slow_gradient.norm()) < 1e-4


@pytest.mark.parametrize("changes", [{"alpha": 0.0}, {"beta": 0.0}, {"variation": 0.0}, {"content_layer": "relu3_2"}])
def test_a_cost_without_weight_is_not_in_the_gradient(network: StyleNetwork, changes: dict[str, object]) -> None:
    settings = made_settings(**changes)
    content, style, generated = picture(1, 32, 40), picture(2, 36, 52), picture(3, 32, 40)
    costs, gradient = Objective(network, settings, content, [StyleReference(style, 1.0)])(generated)
    slow, slow_gradient = recorded(network, settings, content, style, generated)
    assert costs.total == pytest.approx(slow[0], rel=1e-4)
    assert float((gradient - slow_gradient).norm() / slow_gradient.norm()) < 1e-4


def test_several_styles_blend_their_grams_by_share(network: StyleNetwork) -> None:
    layers = (("relu2_1", 1.0),)
    settings = made_settings(alpha=0.0, variation=0.0, style_layers=layers, form=Form.RELATIVE)
    left, right, generated = picture(1, 32, 40), picture(2, 48, 36) ** 3, picture(3, 32, 40)
    references = [StyleReference(left, 1.0), StyleReference(right, 3.0)]
    costs, _ = Objective(network, settings, generated, references)(generated)
    maps = [network.features(each, {"relu2_1"}, pooling=settings.pooling) for each in (left, right, generated)]
    first, second, made = (mean_gram_matrix(each["relu2_1"]) for each in maps)
    blend = 0.25 * first + 0.75 * second
    assert costs.style == pytest.approx(float((blend - made).square().sum() / blend.square().sum()), rel=1e-4)


def test_centred_styles_blend_as_one_style_that_holds_both(network: StyleNetwork) -> None:
    """The positions of a map that holds both styles side by side have the blend's covariance."""
    left, right = picture(1, 32, 40), picture(2, 32, 40) ** 3
    found = [moments(network.features(each, {"relu2_1"})["relu2_1"]) for each in (left, right)]
    maps = [network.features(each, {"relu2_1"})["relu2_1"].flatten(1) for each in (left, right)]
    together = torch.cat(maps, dim=1)
    blend = blended_moments([(found[0], 0.5), (found[1], 0.5)])
    torch.testing.assert_close(blend.centred, torch.cov(together, correction=0), rtol=1e-3, atol=1e-3)


def test_styles_under_one_mask_blend_as_without_one(network: StyleNetwork) -> None:
    """Spared faces are such a mask: a blend is the same on photos with faces and without."""
    settings = made_settings()
    left, right, generated = picture(1, 32, 40), picture(2, 48, 36) ** 6, picture(3, 32, 40)
    content = picture(4, 32, 40)
    found = []
    for mask in (None, torch.ones(32, 40)):
        references = [StyleReference(left, 1.0, mask), StyleReference(right, 3.0, None if mask is None else mask + 0)]
        found.append(Objective(network, settings, content, references)(generated))
    (costs, gradient), (masked, masked_gradient) = found
    assert masked.style == pytest.approx(costs.style, rel=1e-4)
    assert float((gradient - masked_gradient).norm() / gradient.norm()) < 1e-4


@pytest.mark.parametrize("form", [Form.CENTRED, Form.RELATIVE])
def test_masked_styles_have_one_guided_cost_each_and_its_gradient(network: StyleNetwork, form: Form) -> None:
    """The gradient by finite differences along itself and along a part of itself."""
    settings = made_settings(form=form)
    content, generated = picture(1, 32, 48), picture(3, 32, 48)
    left = torch.zeros(32, 48)
    left[:, :20] = 1.0
    references = [
        StyleReference(picture(2, 40, 40), 1.0, left),
        StyleReference(picture(4, 40, 40) ** 3, 2.0, 1.0 - left),
    ]
    objective = Objective(network, settings, content, references)
    _, gradient = objective(generated)
    for part in (gradient, gradient * (torch.arange(48) < 30), gradient * (torch.arange(48) >= 30)):
        direction = part / part.norm()
        ahead, _ = objective(generated + 0.02 * direction)
        behind, _ = objective(generated - 0.02 * direction)
        assert (ahead.total - behind.total) / 0.04 == pytest.approx(float((gradient * direction).sum()), rel=0.02)


def test_a_style_gradient_does_not_reach_where_its_mask_is_empty(network: StyleNetwork) -> None:
    """Beyond the receptive field of the layers, that is: 3 halvings of 3 x 3 see about 20 pixels."""
    settings = made_settings(alpha=0.0, variation=0.0)
    mask = torch.zeros(64, 96)
    mask[:, :32] = 1.0
    objective = Objective(network, settings, picture(1, 64, 96), [StyleReference(picture(2, 40, 40), 1.0, mask)])
    _, gradient = objective(picture(3, 64, 96))
    assert float(gradient[..., 70:].abs().max()) == 0.0
    assert float(gradient[..., :32].abs().max()) > 0.0


def test_nothing_above_the_last_layer_asked_for_is_prepared(network: StyleNetwork) -> None:
    settings = made_settings(content_layer="relu1_2", style_layers=(("relu2_1", 1.0),))
    assert [each.name for each in network.until({"relu1_2", *settings.lambdas})] == ["relu1_1", "relu1_2", "relu2_1"]


@pytest.mark.networks
def test_the_relative_costs_of_one_scene_at_128_and_256_pixels_agree(vgg16_hed: StyleNetwork) -> None:
    """One beta is good for both; the textbook's content cost differs by the factor in positions, about 4."""
    rows, columns = np.mgrid[0:256, 0:256].astype(np.float32) / 256
    scene = np.stack([rows, columns, 0.5 + 0.5 * np.sin(9 * rows * columns)])
    other = np.stack([columns, 0.5 + 0.5 * np.cos(14 * rows), rows * columns])
    large = [torch.tensor(each, dtype=torch.float32)[None] for each in (scene, other)]
    small = [torch.nn.functional.avg_pool2d(each, 2) for each in large]
    found: dict[Form, list[tuple[float, float]]] = {}
    for form in Form:
        settings = StyleSettings(form=form)
        found[form] = []
        for content, style in (small, large):
            costs, _ = Objective(vgg16_hed, settings, content, [StyleReference(style, 1.0)])(style.flip(3))
            found[form].append((costs.content, costs.style))
    for form in (Form.RELATIVE, Form.CENTRED):
        (content_128, style_128), (content_256, style_256) = found[form]
        assert 0.6 < content_256 / content_128 < 1.6
        assert 0.3 < (style_256 + 1e-3) / (style_128 + 1e-3) < 3.0
    assert found[Form.TEXTBOOK][1][0] / found[Form.TEXTBOOK][0][0] > 2.0
