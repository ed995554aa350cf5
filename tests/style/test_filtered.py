"""Transfers by random filters over one and three axes: nearer to the style, by filters that the search did not see."""

import pytest
import torch
from torch import Tensor

from recog.style.filtered import Filters, distances, filter_settings, least_length, transferred
from recog.style.settings import StyleSettings


def silent(_done: int, _all: int) -> None:
    """Draw no bar."""


def smooth(*size: int) -> Tensor:
    """A content: one soft hill."""
    along = [torch.linspace(-1.0, 1.0, side) for side in size]
    far = sum(each.square() for each in torch.meshgrid(*along, indexing="ij"))
    assert isinstance(far, Tensor)
    return torch.exp(-3.0 * far)[None, None]


def waves(*size: int) -> Tensor:
    """A style: waves of six positions along every axis."""
    along = [torch.cos(2 * torch.pi / 6 * torch.arange(side)) for side in size]
    product = torch.ones(size)
    for each in torch.meshgrid(*along, indexing="ij"):
        product = product * each
    return (0.5 + 0.5 * product)[None, None]


@pytest.mark.parametrize(
    ("size", "scales"), [((120,), 1), ((120,), 2), ((40, 44), 1), ((18, 20, 22), 1), ((18, 20, 22), 2)]
)
def test_the_result_is_nearer_to_the_style_and_nearer_to_the_content_than_the_style_is(
    size: tuple[int, ...], scales: int
) -> None:
    content, style = smooth(*size), waves(*size)
    filters = Filters(counts=(24,), size=5)
    settings = filter_settings(filters, beta=5.0, steps=30, variation=0.0, scales=scales)
    steps: list[tuple[int, int]] = []
    found = transferred(content, style, filters, settings, lambda done, every: steps.append((done, every)))
    assert found.values.shape == content.shape
    assert steps == [(number, 30) for number in range(1, 31)]
    assert found.before.content == 0.0
    assert found.after.style < 0.5 * found.before.style
    judge = filters.trunk(content, 99)
    assert distances(judge, found.values, content, style).style < 0.5 * distances(judge, content, content, style).style
    assert found.after.content < 0.8 * distances(judge, style, content, style).content


def test_a_style_may_have_another_size() -> None:
    filters = Filters(counts=(8, 8), size=3, pooled=True)
    settings = filter_settings(filters, beta=5.0, steps=3, variation=0.0, scales=1)
    found = transferred(smooth(18, 20, 22), waves(12, 30, 16), filters, settings, silent)
    assert found.values.shape == (1, 1, 18, 20, 22)


def test_the_same_seed_gives_the_same_result() -> None:
    filters = Filters(counts=(8,), size=3)
    results = []
    for seed in (0, 0, 1):
        settings = filter_settings(filters, beta=5.0, steps=3, variation=0.0, scales=1, seed=seed)
        results.append(transferred(smooth(40), waves(40), filters, settings, silent).values)
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


def test_the_settings_name_every_layer_of_the_filters() -> None:
    settings = filter_settings(Filters(counts=(4, 8, 8), size=3), steps=7)
    assert isinstance(settings, StyleSettings)
    assert (settings.content_layer, list(settings.lambdas), settings.steps) == ("relu3", ["relu1", "relu2", "relu3"], 7)


@pytest.mark.parametrize(
    ("filters", "least"),
    [
        (Filters(counts=(4,), size=5), 5),
        (Filters(counts=(4, 4), size=5), 9),
        (Filters(counts=(4, 4), size=5, pooled=True), 14),
    ],
)
def test_the_least_length_is_that_at_which_the_last_layer_has_one_position(filters: Filters, least: int) -> None:
    assert least_length(filters) == least
    trunk = filters.trunk(torch.zeros(1, 1, least), 0)
    assert trunk.map_size(trunk.layers[-1], (least,)) == (1,)
    assert trunk.map_size(trunk.layers[-1], (least - 1,))[0] < 1
