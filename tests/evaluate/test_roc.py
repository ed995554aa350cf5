"""Verification scores against plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from recog.evaluate.roc import (
    accepted,
    accuracy,
    auc,
    best_threshold,
    equal_error_rate,
    roc_curve,
    threshold_at_far,
)

Labelled = tuple[NDArray[np.float64], NDArray[np.bool_]]
few = settings(max_examples=80, deadline=None)


@st.composite
def labelled(draw: st.DrawFn) -> Labelled:
    """Distances on a coarse grid, so that ties are common; both kinds present."""
    count = draw(st.integers(2, 30))
    steps = draw(st.lists(st.integers(0, 16), min_size=count, max_size=count))
    same = draw(st.lists(st.booleans(), min_size=count, max_size=count).filter(lambda kinds: len(set(kinds)) == 2))
    return np.array(steps) / 4.0, np.array(same, dtype=np.bool_)


def slow_accuracy(distances: NDArray[np.float64], same: NDArray[np.bool_], threshold: float) -> float:
    right = [bool(d <= threshold) == bool(s) for d, s in zip(distances, same, strict=True)]
    return sum(right) / len(right)


@few
@given(labelled())
def test_no_threshold_is_better_than_the_best(pairs: Labelled) -> None:
    distances, same = pairs
    best = best_threshold(distances, same)
    candidates = [-1.0, *distances.tolist()]
    assert slow_accuracy(distances, same, best) == pytest.approx(max(slow_accuracy(*pairs, t) for t in candidates))
    assert accuracy(distances, same, best) == pytest.approx(slow_accuracy(distances, same, best))


def test_the_best_threshold_of_separated_pairs_is_half_way_between() -> None:
    distances, same = np.array([0.2, 0.6, 1.0, 1.4]), np.array([True, True, False, False])
    assert best_threshold(distances, same) == pytest.approx(0.8)


@few
@given(labelled())
def test_the_curve_counts_who_is_accepted(pairs: Labelled) -> None:
    distances, same = pairs
    curve = roc_curve(distances, same)
    for threshold, far, val in zip(*curve, strict=True):
        accepted = [(d <= threshold, s) for d, s in zip(distances, same, strict=True)]
        assert far == pytest.approx(sum(a and not s for a, s in accepted) / sum(not s for s in same))
        assert val == pytest.approx(sum(a and s for a, s in accepted) / sum(same))
    assert (curve.far[0], curve.val[0], curve.far[-1], curve.val[-1]) == (0.0, 0.0, 1.0, 1.0)


@few
@given(labelled())
def test_auc_is_the_chance_that_a_same_pair_is_nearer(pairs: Labelled) -> None:
    distances, same = pairs
    wins = [1.0 if near < far else 0.5 if near == far else 0.0 for near in distances[same] for far in distances[~same]]
    assert auc(distances, same) == pytest.approx(sum(wins) / len(wins))
    assert auc(distances, same) == pytest.approx(roc_auc_score(same, -distances))


@few
@given(labelled())
def test_at_the_equal_error_rate_both_errors_are_equal_on_the_curve(pairs: Labelled) -> None:
    distances, same = pairs
    rate = equal_error_rate(distances, same)
    curve = roc_curve(distances, same)
    corners = [
        (far, 1 - val, next_far, 1 - next_val)
        for far, val, next_far, next_val in zip(curve.far, curve.val, curve.far[1:], curve.val[1:], strict=False)
    ]
    on_curve = []
    for far, miss, next_far, next_miss in corners:
        for share in np.linspace(0, 1, 2001):
            at_far, at_miss = far + share * (next_far - far), miss + share * (next_miss - miss)
            on_curve.append((abs(at_far - at_miss), at_far))
    assert rate == pytest.approx(min(on_curve)[1], abs=2e-3)


@few
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=30).map(lambda steps: np.array(steps) / 10.0),
    st.floats(0, 1),
)
def test_the_threshold_at_a_far_accepts_no_more_than_that_but_for_ties(
    different: NDArray[np.float64], far: float
) -> None:
    threshold = threshold_at_far(different, far)
    strictly_nearer = int((different < threshold).sum())
    accepted = int((different <= threshold).sum())
    assert strictly_nearer <= far * len(different) + 1e-9
    assert accepted >= math.floor(far * len(different) - 1e-9)


def test_a_rate_finer_than_the_pairs_accepts_none_and_one_between_is_interpolated() -> None:
    different = np.array([1.0, 2.0, 4.0, 8.0])
    assert threshold_at_far(different, 0.1) == np.nextafter(1.0, 0.0)
    assert threshold_at_far(different, 0.25) == 1.0
    assert threshold_at_far(different, 0.625) == pytest.approx(3.0)
    assert threshold_at_far(different, 1.0) == 8.0
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        threshold_at_far(different, 1.5)


@pytest.mark.parametrize(
    ("distances", "same"),
    [
        ([0.1, 0.2], [True, True]),
        ([0.1, 0.2], [False, False]),
        ([0.1, np.nan], [True, False]),
        ([0.1], [True, False]),
    ],
)
def test_what_is_no_labelled_distance_is_refused(distances: list[float], same: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"needed|finite|not n floats"):
        roc_curve(np.array(distances), np.array(same, dtype=np.bool_))


def test_a_threshold_just_below_distances_of_float32_accepts_none_of_them() -> None:
    """Rounded to float32, the threshold would equal their distance."""
    distances = np.array([0.7, 0.7, 1.1], dtype=np.float32)
    threshold = threshold_at_far(distances, 0.1)
    assert threshold < float(distances.min())
    assert not accepted(distances, threshold).any()
    same = np.array([True, False, False])
    assert accuracy(distances, same, threshold) == slow_accuracy(distances.astype(np.float64), same, threshold)
