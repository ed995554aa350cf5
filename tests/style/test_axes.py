"""The objective over one, two and three axes: against autograd, and against itself with an axis of one position."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from recog.nn.pooling import PoolingKind
from recog.nn.trunk import Convolution, Trunk, random_trunk
from recog.style.descent import Descent
from recog.style.layers import StyleNetwork
from recog.style.objective import Objective, StyleReference
from recog.style.settings import Form, StyleSettings
from recog.style.transfer import stylize
from recog.types import Pixels
from tests.style import costs

SIZES = {1: (41,), 2: (23, 20), 3: (15, 14, 17)}


def made_settings(**changes: object) -> StyleSettings:
    layers = (("relu1", 1.0), ("relu2", 2.0))
    base = {"content_layer": "relu2", "style_layers": layers, "alpha": 2.0, "beta": 3.0, "variation": 0.5}
    return StyleSettings(**{**base, **changes})  # type: ignore[arg-type]


def values(seed: int, *size: int, channels: int = 2) -> Tensor:
    return torch.rand(1, channels, *size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("pooling", list(PoolingKind))
@pytest.mark.parametrize("form", list(Form))
def test_costs_and_gradient_are_those_of_the_definition(axes: int, pooling: PoolingKind, form: Form) -> None:
    """Odd sizes lose a position at the halving, and the style has another size than the content."""
    settings = made_settings(form=form, pooling=pooling)
    trunk = random_trunk(2, (6, 8), size=3, axes=axes, seed=1, pooled=True)
    content, style = values(1, *SIZES[axes]), values(2, *(size + 3 for size in SIZES[axes])) ** 2
    generated = values(3, *SIZES[axes])
    found, gradient = Objective(trunk, settings, content, [StyleReference(style, 1.0)])(generated)
    x = generated.clone().requires_grad_()
    maps = [trunk.features(each, {"relu1", "relu2"}, pooling=pooling) for each in (x, content, style)]
    content_cost, style_cost, variation = costs.costs_of_form(maps[1], maps[2], maps[0], x[0], settings)
    total = 2.0 * content_cost + 3.0 * style_cost + 0.5 * variation
    (slow,) = torch.autograd.grad(total, x)
    assert [found.total, found.content, found.style, found.variation] == pytest.approx(
        [float(each.detach()) for each in (total, content_cost, style_cost, variation)], rel=1e-4
    )
    assert float((gradient - slow).norm() / slow.norm()) < 1e-4


@pytest.mark.parametrize("axes", [1, 2])
def test_one_more_axis_of_one_position_changes_nothing(axes: int) -> None:
    """A sound is a picture one row high, and a picture a volume one slice deep, by kernels of the same middle."""
    settings = made_settings(form=Form.RELATIVE)
    kernels = [values(5, *[3] * axes, channels=6)[0].view(3, 2, *[3] * axes), values(6, *[3] * axes, channels=12)[0]]
    kernels[1] = kernels[1].view(4, 3, *[3] * axes)
    given = [values(seed, *SIZES[axes]) for seed in (1, 2, 3)]
    answers = []
    for more in (False, True):
        layers = [
            Convolution(f"relu{number}", _one_deep(each) if more else each, torch.full((len(each),), 0.1), padding=1)
            for number, each in enumerate(kernels, 1)
        ]
        content, style, generated = (each.unsqueeze(2) if more else each for each in given)
        objective = Objective(Trunk("drawn", layers), settings, content, [StyleReference(style, 1.0)])
        answers.append(objective(generated))
    (flat, gradient), (deep, deep_gradient) = answers
    assert deep.total == pytest.approx(flat.total, rel=1e-5)
    torch.testing.assert_close(deep_gradient.squeeze(2), gradient, rtol=1e-3, atol=1e-6)


def _one_deep(kernel: Tensor) -> Tensor:
    """(out, in, *sizes) -> (out, in, 3, *sizes), zero but in the middle."""
    empty = torch.zeros_like(kernel)
    return torch.stack([empty, kernel, empty], dim=2)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_mask_leaves_the_rest_alone(axes: int) -> None:
    trunk = random_trunk(2, (6,), size=3, axes=axes, seed=1)
    settings = made_settings(alpha=0.0, variation=0.0, style_layers=(("relu1", 1.0),), content_layer="relu1")
    size = SIZES[axes]
    mask = torch.zeros(size)
    mask[: size[0] // 2] = 1.0
    style = StyleReference(values(2, *size) ** 2, 1.0, mask)
    _, gradient = Objective(trunk, settings, values(1, *size), [style])(values(3, *size))
    assert float(gradient[:, :, size[0] // 2 + 4 :].abs().max()) == 0.0
    assert float(gradient[:, :, : size[0] // 2].abs().max()) > 0.0


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_descent_goes_down_and_on_at_the_next_scale(axes: int) -> None:
    trunk = random_trunk(2, (6,), size=3, axes=axes, seed=1)
    settings = made_settings(style_layers=(("relu1", 1.0),), content_layer="relu1")
    style = StyleReference(values(2, *SIZES[axes]) ** 4, 1.0)
    descent = Descent(values(3, *SIZES[axes]), settings)
    for size in (SIZES[axes], tuple(2 * side for side in SIZES[axes])):
        descent = descent.at_scale(size)
        objective = Objective(trunk, settings, values(1, *size), [style])
        first, gradient = objective(descent.picture)
        for _ in range(8):
            descent.step(gradient)
            last, gradient = objective(descent.picture)
        assert descent.picture.shape == (1, 2, *size)
        assert last.total < 0.8 * first.total


def test_a_picture_is_what_it_was_before_there_were_other_axes(
    network: StyleNetwork, hills: Pixels, stripes: Pixels
) -> None:
    """On the machine that made the file, every pixel is equal; another one may round otherwise, by at most 2 of 255."""
    layers = (("relu1_1", 1.0), ("relu2_1", 2.0), ("relu3_1", 1.0))
    settings = StyleSettings(
        content_layer="relu2_2",
        style_layers=layers,
        steps=12,
        scales=2,
        form=Form.RELATIVE,
        pooling=PoolingKind.AVERAGE,
        variation=20.0,
    )
    *_, last = stylize(hills[:71, :95], stripes, settings, network)
    with Image.open(Path(__file__).parent / "golden" / "hills_in_stripes.png") as picture:
        before = np.asarray(picture, dtype=np.int16)
    assert last.pixels is not None
    assert int(np.abs(last.pixels - before).max()) <= 2
