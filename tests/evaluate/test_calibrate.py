"""Calibration: the threshold has its rate, the probability its meaning, the file its network."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from recog.errors import EvaluationError
from recog.evaluate.calibrate import all_pairs, calibrate, calibration_path, load_calibration, save_calibration
from recog.types import Calibration

HEAD, NETWORK = "circle", "a" * 64


def drawn(count: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    random = np.random.default_rng(seed)
    same = np.arange(count) % 4 == 0
    return np.where(same, random.normal(0.7, 0.25, count), random.normal(1.7, 0.2, count)).clip(0, 4), same


def calibrated(far: float = 0.01) -> Calibration:
    distances, same = drawn(8000)
    return calibrate(distances, same, far=far, network_sha256=NETWORK, data="drawn")


def test_the_stated_rate_is_the_real_rate_on_pairs_drawn_anew() -> None:
    calibration = calibrated(far=0.01)
    distances, same = drawn(40_000, seed=1)
    measured = float((distances[~same] <= calibration.threshold).mean())
    assert 0.005 < measured < 0.02
    assert (calibration.far, calibration.pairs, calibration.data) == (0.01, 8000, "drawn")


def test_the_curve_is_that_of_logistic_regression_with_balanced_kinds() -> None:
    distances, same = drawn(8000)
    calibration = calibrated()
    fitted = LogisticRegression(C=1e6, class_weight="balanced", tol=1e-10).fit(distances[:, None], same)
    assert calibration.slope == pytest.approx(-fitted.coef_[0, 0], rel=0.05)
    assert calibration.intercept == pytest.approx(-fitted.intercept_[0], rel=0.05)


def test_a_probability_of_a_half_is_where_both_kinds_are_equally_frequent() -> None:
    """Kinds of equal width meet half way, however many more different pairs there are."""
    random = np.random.default_rng(2)
    same = np.arange(20_000) % 10 == 0
    distances = np.where(same, random.normal(0.8, 0.3, 20_000), random.normal(1.6, 0.3, 20_000)).clip(0, 4)
    calibration = calibrate(distances, same, far=0.01, network_sha256="", data="")
    assert -calibration.intercept / calibration.slope == pytest.approx(1.2, abs=0.02)


def test_pairs_that_a_line_separates_still_have_a_finite_curve() -> None:
    distances, same = np.array([0.1, 0.2, 1.8, 1.9] * 50), np.array([True, True, False, False] * 50)
    calibration = calibrate(distances, same, far=0.05, network_sha256="", data="")
    assert 0 < calibration.slope < 1e3
    assert -calibration.intercept / calibration.slope == pytest.approx(1.0, abs=0.05)


def test_too_few_different_pairs_cannot_show_a_small_rate() -> None:
    distances, same = drawn(400)
    with pytest.raises(
        EvaluationError, match=r"300 different pairs cannot show a false accept rate of 0\.001: at least"
    ):
        calibrate(distances, same, far=1e-3, network_sha256="", data="")


def test_same_pairs_that_are_farther_are_refused() -> None:
    distances, same = drawn(400)
    with pytest.raises(EvaluationError, match="no nearer than different ones"):
        calibrate(4 - distances, same, far=0.1, network_sha256="", data="")


def test_all_pairs_are_each_pair_once() -> None:
    angles = np.radians([0, 10, 120, 200])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    distances, same = all_pairs(embeddings, np.array([0, 0, 1, 1]))
    slow = [
        (float(((embeddings[a] - embeddings[b]) ** 2).sum()), a // 2 == b // 2)
        for a in range(4)
        for b in range(a + 1, 4)
    ]
    assert distances.tolist() == pytest.approx([distance for distance, _ in slow], abs=1e-5)
    assert same.tolist() == [kind for _, kind in slow]


def test_a_saved_calibration_is_read_back(tmp_path: Path) -> None:
    calibration = calibrated()
    save_calibration(calibration, calibration_path(HEAD, directory=tmp_path))
    assert load_calibration(HEAD, network_sha256=NETWORK, directory=tmp_path) == calibration


def test_a_calibration_of_another_network_is_refused(tmp_path: Path) -> None:
    save_calibration(calibrated(), calibration_path(HEAD, directory=tmp_path))
    with pytest.raises(EvaluationError, match="measured on the network aaaaaaaaaaaa, not on bbbbbbbbbbbb"):
        load_calibration(HEAD, network_sha256="b" * 64, directory=tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"network_sha256": "a", "threshold": "near"}'])
def test_a_damaged_or_absent_calibration_is_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        load_calibration(HEAD, network_sha256=NETWORK, directory=tmp_path)
    calibration_path(HEAD, directory=tmp_path).write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match="no calibration"):
        load_calibration(HEAD, network_sha256=NETWORK, directory=tmp_path)
