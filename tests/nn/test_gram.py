"""The Gram matrix against its definition in plain loops."""

import itertools

import pytest
import torch

from recog.nn.gram import mean_gram_matrix
from tests.style.costs import gram_matrix

SHAPES = [(3, 7), (3, 4, 5), (2, 3, 4, 2), (1, 1, 1)]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gram_matrix_is_the_sum_over_positions_of_any_number_of_axes(shape: tuple[int, ...]) -> None:
    """One axis is sound, two a picture, three a volume or video."""
    features = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    slow = torch.zeros(shape[0], shape[0])
    for i, j in itertools.product(range(shape[0]), repeat=2):
        for position in itertools.product(*(range(length) for length in shape[1:])):
            slow[i, j] += features[(i, *position)] * features[(j, *position)]
    torch.testing.assert_close(gram_matrix(features), slow)
    torch.testing.assert_close(mean_gram_matrix(features), slow / features[0].numel())


def test_a_hand_worked_gram_matrix() -> None:
    """Rows (1, 2) and (3, -1): 1 + 4, 3 - 2, 9 + 1."""
    features = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
    torch.testing.assert_close(gram_matrix(features), torch.tensor([[5.0, 1.0], [1.0, 10.0]]))
    torch.testing.assert_close(mean_gram_matrix(features), torch.tensor([[2.5, 0.5], [0.5, 5.0]]))


def test_repeating_a_picture_changes_the_sum_but_not_the_mean() -> None:
    features = torch.rand(4, 5, 6)
    twice = torch.cat([features, features], dim=2)
    torch.testing.assert_close(gram_matrix(twice), 2 * gram_matrix(features))
    torch.testing.assert_close(mean_gram_matrix(twice), mean_gram_matrix(features))


def test_a_masked_gram_matrix_is_that_of_the_positions_that_count() -> None:
    features = torch.rand(3, 4, 6)
    mask = torch.zeros(4, 6)
    mask[:, 2:5] = 1.0
    torch.testing.assert_close(mean_gram_matrix(features, mask), mean_gram_matrix(features[:, :, 2:5]))
    torch.testing.assert_close(mean_gram_matrix(features, 0.3 * mask), mean_gram_matrix(features, mask))


@pytest.mark.parametrize("mask", [torch.zeros(4, 6), torch.ones(3, 6)])
def test_a_mask_that_is_empty_or_of_another_shape_is_refused(mask: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="mask"):
        mean_gram_matrix(torch.rand(3, 4, 6), mask)
