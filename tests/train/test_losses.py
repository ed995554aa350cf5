"""Losses against plain loops, and their behaviour if nothing is left to learn."""

import math

import pytest
import torch

from recog.train.losses import drift, mean_variance, siamese_distances, triplet_loss, triplet_losses

ROWS = torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]])
TRIPLETS = torch.tensor([[0, 1, 2], [1, 0, 2], [2, 1, 0], [0, 1, 3]])


def test_siamese_distances_are_those_of_each_left_row_to_its_right_row() -> None:
    slow = [math.dist(left, right) for left, right in zip(ROWS.tolist(), ROWS.flip(0).tolist(), strict=True)]
    assert siamese_distances(ROWS, ROWS.flip(0), squared=False).tolist() == pytest.approx(slow, abs=1e-6)
    assert siamese_distances(ROWS, ROWS.flip(0)).tolist() == pytest.approx([each**2 for each in slow], abs=1e-6)


@pytest.mark.parametrize("squared", [True, False])
def test_triplet_losses_are_those_of_the_formula(squared: bool) -> None:
    slow = []
    for a, p, n in TRIPLETS.tolist():
        positive, negative = math.dist(ROWS[a], ROWS[p]), math.dist(ROWS[a], ROWS[n])
        if squared:
            positive, negative = positive**2, negative**2
        slow.append(max(positive - negative + 0.5, 0.0))
    assert triplet_losses(ROWS, TRIPLETS, margin=0.5, squared=squared).tolist() == pytest.approx(slow, abs=1e-5)
    assert any(value == 0 for value in slow)
    assert any(value > 0 for value in slow)


def test_the_mean_is_over_all_triplets_or_over_those_with_a_loss() -> None:
    losses = triplet_losses(ROWS, TRIPLETS, margin=0.5)
    assert triplet_loss(ROWS, TRIPLETS, margin=0.5) == pytest.approx(float(losses.mean()))
    positive = losses[losses > 0]
    assert triplet_loss(ROWS, TRIPLETS, margin=0.5, mean_over="positive") == pytest.approx(float(positive.mean()))
    assert len(positive) < len(losses)


@pytest.mark.parametrize("mean_over", ["all", "positive"])
def test_no_triplets_are_a_loss_of_zero_with_a_gradient_of_zero(mean_over: str) -> None:
    rows = ROWS.clone().requires_grad_()
    loss = triplet_loss(rows, torch.empty((0, 3), dtype=torch.int64), margin=0.2, mean_over=mean_over)  # type: ignore[arg-type]
    torch.autograd.backward(loss)
    assert loss.item() == 0.0
    assert rows.grad is not None
    assert torch.equal(rows.grad, torch.zeros_like(ROWS))


def test_a_step_down_the_gradient_brings_the_positive_nearer_than_the_negative() -> None:
    rows = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.9, 0.1]], requires_grad=True)
    triplet = torch.tensor([[0, 1, 2]])
    before = triplet_loss(rows, triplet, margin=0.2)
    torch.autograd.backward(before)
    assert rows.grad is not None
    after = triplet_loss(rows.detach() - 0.1 * rows.grad, triplet, margin=0.2)
    assert after.item() < before.item()


def test_equal_rows_have_a_finite_gradient_at_the_plain_distance() -> None:
    rows = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]], requires_grad=True)
    torch.autograd.backward(triplet_loss(rows, torch.tensor([[0, 1, 2]]), margin=0.2, squared=False))
    assert rows.grad is not None
    assert torch.isfinite(rows.grad).all()


def test_drift_is_the_mean_squared_distance_row_by_row() -> None:
    moved = ROWS + torch.tensor([[0.0, 0.0], [0.1, 0.0], [0.0, 0.2], [0.0, 0.0]])
    assert float(drift(moved, ROWS)) == pytest.approx((0.01 + 0.04) / 4)
    assert float(drift(ROWS, ROWS)) == 0.0


def test_the_spread_is_zero_for_one_point_and_one_for_opposite_points() -> None:
    assert mean_variance(torch.tensor([[0.6, 0.8]] * 3)) == pytest.approx(0.0, abs=1e-6)
    assert mean_variance(torch.tensor([[1.0, 0.0], [-1.0, 0.0]])) == pytest.approx(1.0)
