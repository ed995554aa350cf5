"""Intervals of a protocol against the protocol itself on resampled people."""

import numpy as np
import pytest

from recog.evaluate.bootstrap import drawn_units
from recog.evaluate.lfw import ten_folds
from recog.evaluate.pair_bootstrap import fold_means, pair_intervals
from recog.evaluate.roc import auc, best_threshold, equal_error_rate, roc_curve, threshold_at_far, val_at


def pairs(count: int = 120, *, people: int = 40, seed: int = 0) -> dict[str, np.ndarray]:
    """Distances of people who differ in how alike their photos are."""
    random = np.random.default_rng(seed)
    same = np.tile([True, False], count // 2)
    left = random.integers(0, people, count)
    right = np.where(same, left, (left + random.integers(1, people, count)) % people)
    ease = random.normal(0, 0.15, people)
    distances = (np.where(same, 0.8, 1.4) + ease[left] + ease[right] + random.normal(0, 0.2, count)).clip(0, 4)
    return {
        "distances": distances.round(2),  # some are equal
        "same": same,
        "fold": np.repeat(np.arange(4), count // 4),
        "left": left,
        "right": right,
    }


def test_weights_are_repetitions() -> None:
    """Every score of weighted pairs equals the score of a list that repeats the pairs."""
    made = pairs()
    weights = np.random.default_rng(1).integers(1, 4, 120)
    distances, same, fold = (np.repeat(made[name], weights) for name in ("distances", "same", "fold"))
    slow = ten_folds(distances, same, fold, fars=[0.03, 0.2])
    fast = fold_means(made["distances"], made["same"], made["fold"], weights, [0.03, 0.2])
    assert fast == pytest.approx(
        [slow.accuracy, *(at.val for at in slow.val), *(at.measured_far for at in slow.val)], abs=1e-12
    )
    assert best_threshold(made["distances"], made["same"], weights) == best_threshold(distances, same)
    different = ~made["same"]
    for far in (0.0, 0.001, 0.01, 0.1, 0.25, 1.0):
        weighted = threshold_at_far(made["distances"][different], far, weights[different])
        assert weighted == pytest.approx(threshold_at_far(distances[~same], far), abs=1e-12)


def test_the_interval_is_that_of_slow_draws_of_people() -> None:
    made = pairs()
    intervals, band = pair_intervals(
        made["distances"], made["same"], made["fold"], (made["left"], made["right"]), fars=[0.1]
    )
    slow = []
    for drawn in drawn_units(40, 0)[::5]:
        rows = [
            row
            for row in range(120)
            for _ in range(drawn[made["left"][row]] * (1 if made["same"][row] else drawn[made["right"][row]]))
        ]
        distances, same = made["distances"][rows], made["same"][rows]
        slow.append([auc(distances, same), equal_error_rate(distances, same)])
    for interval, column in zip((intervals.auc, intervals.eer), np.transpose(slow), strict=True):
        assert interval == pytest.approx(tuple(np.quantile(column, [0.025, 0.975])), abs=0.02)
    scores = ten_folds(made["distances"], made["same"], made["fold"], fars=[0.1])
    assert intervals.accuracy[0] < scores.accuracy < intervals.accuracy[1]
    assert intervals.val[0][0] < scores.val[0].val < intervals.val[0][1]
    assert intervals.measured_far[0][0] <= scores.val[0].measured_far <= intervals.measured_far[0][1]
    assert all(low <= val <= high for low, val, high in zip(band.low, band.val, band.high, strict=True))
    assert band.far[0] == pytest.approx(1 / 60)
    assert band.val[-1] == 1.0


def test_a_person_whose_pairs_all_fail_makes_the_interval_wider_than_so_many_failures() -> None:
    """Sixty same pairs, six of them missed: all of one person of ten, or each of another person."""
    same = np.tile([True, False], 60)
    number = np.repeat(np.arange(60), 2)
    distances = np.where(same, np.where(number < 6, 3.0, 0.5), 2.0 + number / 100)
    fold = number % 4
    one_person = number // 6, np.where(same, number // 6, 10 + number)
    alone = number, np.where(same, number, 60 + number)
    wide, narrow = (
        pair_intervals(distances, same, fold, people, fars=[0.1])[0].val[0] for people in (one_person, alone)
    )
    assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0])


def test_pairs_that_share_nobody_are_drawn_as_pairs() -> None:
    """The interval of 600 pairs of 1,200 people is no wider than the plain binomial interval."""
    random = np.random.default_rng(0)
    same = np.tile([True, False], 300)
    distances = np.where(same ^ (random.random(600) < 0.1), 0.5, 2.0) + random.random(600) / 10
    people = np.arange(600), np.where(same, np.arange(600), 600 + np.arange(600))
    low, high = pair_intervals(distances, same, np.repeat(np.arange(2), 300), people, fars=[0.5])[0].accuracy
    assert high - low == pytest.approx(2 * 1.96 * (0.1 * 0.9 / 600) ** 0.5, rel=0.15)


def test_the_seed_decides_the_draws() -> None:
    made = pairs()
    rows = (made["distances"], made["same"], made["fold"], (made["left"], made["right"]))
    first, again, other = (pair_intervals(*rows, fars=[0.1], seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_pairs_that_make_no_fold_are_the_callers_mistake() -> None:
    distances, same = np.array([0.1, 2.0]), np.array([True, False])
    people = np.array([0, 0]), np.array([0, 1])
    with pytest.raises(ValueError, match="no fold"):
        pair_intervals(distances, same, np.array([0, 1]), people, fars=[0.1])


def test_val_at_a_rate_never_exceeds_it() -> None:
    made = pairs()
    curve = roc_curve(made["distances"], made["same"])
    for far in (0.0, 0.01, 0.1, 0.5, 1.0):
        slow = max(val for rate, val in zip(curve.far, curve.val, strict=True) if rate <= far)
        assert val_at(curve, np.array([far]))[0] == slow
