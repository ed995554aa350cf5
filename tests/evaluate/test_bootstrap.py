"""Intervals cover the truth as often as they claim, also if the cases of a person are alike."""

import numpy as np
import pytest

from recog.evaluate.bootstrap import person_interval, ratio_interval


def test_an_interval_of_95_percent_holds_the_truth_about_so_often() -> None:
    """People differ in their rates: the plain binomial interval would cover the truth half as often."""
    random = np.random.default_rng(0)
    held = 0
    for trial in range(200):
        rates = random.choice([0.0, 0.2], size=60)
        cases = np.full(60, 50)
        low, high = ratio_interval(random.binomial(cases, rates), cases, seed=trial)
        held += low <= 0.1 <= high
    assert 0.88 < held / 200 < 0.99


def test_the_interval_of_a_rate_over_people_is_that_of_slow_draws() -> None:
    random = np.random.default_rng(1)
    faces = random.integers(1, 6, 12)
    accepts = np.triu(random.integers(0, 2, (12, 12)), k=1)
    slow = []
    for _ in range(4000):
        drawn = random.integers(0, 12, 12)
        wrong = pairs = 0
        for i, a in enumerate(drawn):
            for b in drawn[i + 1 :]:
                if a != b:
                    wrong += accepts[min(a, b), max(a, b)]
                    pairs += faces[a] * faces[b]
        slow.append(wrong / pairs)
    assert person_interval(accepts, faces) == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])), rel=0.1)


def test_one_unit_has_no_spread() -> None:
    assert ratio_interval(np.array([3]), np.array([4])) == (0.75, 0.75)
