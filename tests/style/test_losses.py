"""The costs against plain loops and against an example worked by hand."""

import itertools

import pytest
import torch

from tests.style import costs
from tests.style.costs import gram_matrix

# Two channels at two positions: content (1, 2), (0, 1); generated (2, 2), (0, 3); style (1, 1), (1, -1).
CONTENT = torch.tensor([[[1.0, 2.0]], [[0.0, 1.0]]])
GENERATED = torch.tensor([[[2.0, 2.0]], [[0.0, 3.0]]])
STYLE = torch.tensor([[[1.0, 1.0]], [[1.0, -1.0]]])


def test_the_hand_worked_example_of_every_textbook_cost() -> None:
    """Every number by hand.

    Content: 1/2 (1 + 0 + 0 + 4) = 2.5. Grams [[8, 6], [6, 9]] and [[2, 0], [0, 2]]: differences squared 36 + 36 +
    36 + 49 = 157, over (2 * 1 * 2 * 2)^2 = 64. Variation: (2 - 2)^2 + (3 - 0)^2 = 9. In all 2 * 2.5 + 64 * 157 / 64 +
    0.5 * 9.
    """
    content = costs.content_cost(CONTENT, GENERATED)
    style = costs.layer_style_cost(STYLE, GENERATED)
    variation = costs.total_variation(GENERATED)
    assert float(content) == 2.5
    assert float(style) == pytest.approx(157 / 64)
    assert float(variation) == 9.0
    total = costs.total_cost(content, style, variation, alpha=2.0, beta=64.0, variation_weight=0.5)
    assert float(total) == pytest.approx(5 + 157 + 4.5)


def test_the_hand_worked_example_of_every_relative_cost() -> None:
    """Content 5 / (1 + 4 + 0 + 1); style: half the Grams, so 157 / 4 over (1 + 1); variation 9 over 2 positions."""
    assert float(costs.relative_content_cost(CONTENT, GENERATED)) == pytest.approx(5 / 6)
    assert float(costs.relative_layer_style_cost(STYLE, GENERATED)) == pytest.approx(157 / 8)
    assert float(costs.mean_variation(GENERATED)) == 4.5


def test_the_style_cost_is_the_weighted_sum_over_layers_and_pairs_of_channels() -> None:
    generator = torch.Generator().manual_seed(2)
    style = {"relu1_1": torch.rand(3, 4, 5, generator=generator), "relu2_1": torch.rand(2, 2, 3, generator=generator)}
    made = {"relu1_1": torch.rand(3, 5, 6, generator=generator), "relu2_1": torch.rand(2, 2, 3, generator=generator)}
    lambdas = {"relu1_1": 0.25, "relu2_1": 0.75}
    slow = 0.0
    for name, weight in lambdas.items():
        channels, height, width = made[name].shape
        left, right = gram_matrix(style[name]), gram_matrix(made[name])
        for i, j in itertools.product(range(channels), repeat=2):
            slow += weight * float(left[i, j] - right[i, j]) ** 2 / (2 * height * width * channels) ** 2
    assert float(costs.style_cost(style, made, lambdas)) == pytest.approx(slow, rel=1e-5)


@pytest.mark.parametrize("shape", [(3, 6), (3, 4, 5), (2, 3, 4, 2)])
def test_total_variation_compares_every_pair_of_neighbours_once(shape: tuple[int, ...]) -> None:
    picture = torch.rand(shape, generator=torch.Generator().manual_seed(3))
    slow = 0.0
    for axis in range(1, len(shape)):
        for place in itertools.product(*(range(length) for length in shape)):
            after = tuple(at + (number == axis) for number, at in enumerate(place))
            if after[axis] < shape[axis]:
                slow += float(picture[after] - picture[place]) ** 2
    assert float(costs.total_variation(picture)) == pytest.approx(slow, rel=1e-5)


def test_for_equal_sizes_the_textbook_style_cost_is_that_of_mean_grams() -> None:
    """1 / (4 n_C^2) sum (g(S) - g(G))^2: the departure is a constant factor there."""
    style, made = torch.rand(3, 4, 5), torch.rand(3, 4, 5)
    factor = 1 / (4 * 3**2) * float((gram_matrix(style) / 20).square().sum())
    relative = float(costs.relative_layer_style_cost(style, made))
    assert float(costs.layer_style_cost(style, made)) == pytest.approx(factor * relative, rel=1e-5)


def test_relative_costs_do_not_see_a_networks_scale_or_a_pictures_size() -> None:
    style, made = torch.rand(3, 4, 5), torch.rand(3, 4, 5)
    wide_style, wide_made = torch.cat([style] * 4, dim=2), torch.cat([made] * 4, dim=2)
    for cost in (costs.relative_content_cost, costs.relative_layer_style_cost):
        once = float(cost(style, made))
        assert float(cost(wide_style, wide_made)) == pytest.approx(once, rel=1e-5)
        assert float(cost(50 * style, 50 * made)) == pytest.approx(once, rel=1e-5)


def test_equal_pictures_cost_nothing_and_an_empty_target_is_no_division_by_zero() -> None:
    made = torch.rand(3, 4, 5)
    assert float(costs.relative_content_cost(made, made)) == 0.0
    assert float(costs.layer_style_cost(made, made)) == 0.0
    assert float(costs.relative_content_cost(torch.zeros(3, 4, 5), torch.zeros(3, 4, 5))) == 0.0
