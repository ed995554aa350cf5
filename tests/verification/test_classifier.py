"""A pair is decided alike from both sides, and a gallery row by row."""

import numpy as np
import pytest

from recog.distance import unit_rows
from recog.types import Embeddings
from recog.verification.classifier import PairClassifier
from recog.verification.features import CLASSIFIERS, Method, pair_features


def rows(count: int, seed: int = 0) -> Embeddings:
    return unit_rows(np.random.default_rng(seed).normal(0, 1, (count, 6)).astype(np.float32))


def classifier(method: Method) -> PairClassifier:
    return PairClassifier(method, -np.arange(1.0, 7.0), 4.0, 0.6, 1e-3, "c" * 64, "made")


def slow(method: Method, a: list[float], b: list[float]) -> list[float]:
    features = []
    for x, y in zip(a, b, strict=True):
        if method is Method.LOGISTIC:
            features.append(abs(x - y))
        else:
            features.append((x - y) ** 2 / (abs(x) + abs(y)) if x or y else 0.0)
    return features


@pytest.mark.parametrize("method", CLASSIFIERS)
def test_features_are_those_of_a_slow_loop_and_know_no_order(method: Method) -> None:
    left, right = rows(5), rows(5, seed=1)
    left[0, 0] = right[0, 0] = 0.0
    made = pair_features(method, left, right)
    assert np.array_equal(made, pair_features(method, right, left))
    for row in range(5):
        assert made[row] == pytest.approx(slow(method, left[row].tolist(), right[row].tolist()), abs=1e-6)
    assert made[0, 0] == 0.0
    assert made.dtype == np.float32


def test_of_one_sign_the_chi_square_is_the_papers_and_of_two_the_difference() -> None:
    a, b = np.array([[0.5, -0.5, 0.5]], np.float32), np.array([[0.3, -0.3, -0.3]], np.float32)
    assert pair_features(Method.CHI_SQUARE, a, b)[0] == pytest.approx([0.04 / 0.8, 0.04 / 0.8, 0.8])


def test_the_distance_has_no_features() -> None:
    with pytest.raises(ValueError, match="needs no features"):
        pair_features(Method.DISTANCE, rows(1), rows(1))


@pytest.mark.parametrize("method", CLASSIFIERS)
def test_one_probe_meets_a_gallery_as_it_meets_each_face_of_it(method: Method) -> None:
    made, probe, gallery = classifier(method), rows(1), rows(4, seed=2)
    together = made.probabilities(probe, gallery)
    for place in range(4):
        odds = float(np.dot(pair_features(method, probe, gallery[place : place + 1])[0], made.weights) + 4.0)
        assert together[place] == pytest.approx(1 / (1 + np.exp(-odds)))
    assert made.probabilities(probe, probe)[0] == pytest.approx(1 / (1 + np.exp(-4.0)))
