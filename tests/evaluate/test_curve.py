"""The fitted curve is the true one, although some labels are wrong."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from recog.errors import EvaluationError
from recog.evaluate.curve import Curve, fit_curve
from recog.evaluate.roc import Bools

WIDTH = 0.25
NEAR, FAR = 0.8, 1.9
SLOPE = (FAR - NEAR) / WIDTH**2
"""Two normal distributions of equal width have densities in the ratio exp(-SLOPE (d - middle))."""
MIDDLE = (NEAR + FAR) / 2


def drawn(count: int, *, wrong: float, seed: int = 0) -> tuple[NDArray[np.float64], Bools]:
    """Draw pairs of which a quarter is labelled same, and of these the share `wrong` shows two people."""
    random = np.random.default_rng(seed)
    labelled_same = np.arange(count) % 4 == 0
    truly_same = labelled_same & (random.random(count) >= wrong)
    return np.where(truly_same, random.normal(NEAR, WIDTH, count), random.normal(FAR, WIDTH, count)).clip(
        0, 4
    ), labelled_same


def probability(curve: Curve, distance: float) -> float:
    return float(1 / (1 + np.exp(curve.slope * distance + curve.intercept)))


@pytest.mark.parametrize("wrong", [0.0, 0.05, 0.2])
def test_the_true_curve_is_found_under_wrong_labels(wrong: float) -> None:
    curve = fit_curve(*drawn(100_000, wrong=wrong))
    assert curve.slope == pytest.approx(SLOPE, rel=0.08)
    assert -curve.intercept / curve.slope == pytest.approx(MIDDLE, abs=0.02)
    assert curve.label_noise == pytest.approx(wrong, abs=0.005)
    assert probability(curve, 1.8) < 0.01
    assert probability(curve, 0.9) > 0.99


def test_plain_logistic_regression_is_what_wrong_labels_bend() -> None:
    distances, same = drawn(100_000, wrong=0.05)
    plain = LogisticRegression(C=1e6, class_weight="balanced").fit(distances[:, None], same)
    assert plain.predict_proba([[1.8]])[0, 1] > 10 * probability(fit_curve(distances, same), 1.8)


def test_with_right_labels_it_is_logistic_regression_with_balanced_kinds() -> None:
    distances, same = drawn(100_000, wrong=0.0)
    curve = fit_curve(distances, same)
    plain = LogisticRegression(C=1e6, class_weight="balanced", tol=1e-10).fit(distances[:, None], same)
    assert curve.slope == pytest.approx(-plain.coef_[0, 0], rel=0.02)
    assert curve.intercept == pytest.approx(-plain.intercept_[0], rel=0.02)


def test_a_slow_search_finds_no_likelier_curve() -> None:
    """The plainly written likelihood of the model is highest at the fit."""
    distances, same = drawn(20_000, wrong=0.05, seed=1)

    def likelihood(slope: float, intercept: float, noise: float) -> float:
        ratio = (1 - noise) * np.exp(-(slope * distances + intercept)) + noise
        return float(np.log(ratio / (1 + ratio))[same].mean() - np.log(1 + ratio)[~same].mean())

    fit = fit_curve(distances, same)
    best = likelihood(*fit)
    for factors in ((0.95, 1, 1), (1.05, 1, 1), (1, 0.97, 1), (1, 1.03, 1), (1, 1, 0.8), (1, 1, 1.2), (1.05, 1.05, 1)):
        slope, intercept, noise = (value * factor for value, factor in zip(fit, factors, strict=True))
        assert likelihood(slope, intercept, noise) < best


def test_pairs_that_a_line_separates_still_have_a_finite_curve() -> None:
    distances, same = np.array([0.1, 0.2, 1.8, 1.9] * 50), np.array([True, True, False, False] * 50)
    curve = fit_curve(distances, same)
    assert 0 < curve.slope < 1e3
    assert -curve.intercept / curve.slope == pytest.approx(1.0, abs=0.05)


def test_same_pairs_that_are_farther_are_refused() -> None:
    distances, same = drawn(400, wrong=0.0)
    with pytest.raises(EvaluationError, match="no nearer than different ones"):
        fit_curve(4 - distances, same)
    with pytest.raises(EvaluationError, match="all pairs have the same distance"):
        fit_curve(np.full(4, 1.0), np.array([True, False, True, False]))
