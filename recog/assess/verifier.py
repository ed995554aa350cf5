"""Classifiers of pairs, trained on faces of people, then chosen and measured on other people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.assess.logistic import fit_logistic
from recog.errors import TrainingError
from recog.evaluate.bootstrap import Interval, person_interval, ratio_interval
from recog.evaluate.calibrate import check_rate
from recog.evaluate.cleaning import misplaced_faces
from recog.evaluate.labelled_faces import Labels, all_pairs, false_accepts
from recog.evaluate.roc import Bools, accepted, auc, equal_error_rate, threshold_at_far
from recog.types import Embeddings
from recog.verification.classifier import PairClassifier
from recog.verification.features import CLASSIFIERS, Method, pair_features

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1)
PER_PERSON = 200
"""Most same pairs of a person, because a person with a hundred photos is still one person."""
DIFFERENT = 10
"""Different pairs drawn per same pair."""
SHARES = (0.6, 0.2, 0.2)
"""Shares of the people to train on, to choose penalty and threshold on, and to measure on."""


@dataclass(frozen=True, slots=True)
class MethodScores:
    """The scores of a method on people that nothing was trained or chosen on; rates from 0 to 1.

    val and far are at the threshold that other people chose for the wanted rate, with 95 % bootstrap intervals over
    people. val_at has the share of same pairs accepted at each rate of `fars`, with the threshold chosen on the
    measured pairs themselves.
    """

    method: Method
    penalty: float | None
    auc: float
    eer: float
    val: float
    val_interval: Interval
    far: float
    far_interval: Interval
    fars: tuple[float, ...]
    val_at: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class VerifierRun:
    """Classifiers, and the scores of each beside those of the plain distance.

    trained counts the people trained on, people those measured on, pairs the pairs trained on, and left_out the
    misplaced faces that were left out of training.
    """

    classifiers: tuple[PairClassifier, ...]
    scores: tuple[MethodScores, ...]
    trained: int
    people: int
    pairs: int
    left_out: int


def train_verifiers(
    embeddings: Embeddings,
    labels: Labels,
    *,
    network_sha256: str,
    data: str,
    far: float = 1e-3,
    fars: Sequence[float] = (1e-2, 1e-3),
    seed: int = 0,
) -> VerifierRun:
    """Train a classifier of every method on (n, dim) faces of people, and measure each beside the plain distance.

    People are split at random by SHARES. Faces that are probably filed under the wrong person (see evaluate.cleaning)
    are left out of training, but not of the measurement. The chosen penalty accepts most same pairs at `far` on the
    second part, which also sets the probability to be reached.

    Raises:
        TrainingError: a part is too small, or most faces seem misplaced.
        EvaluationError: far is no rate.
    """
    check_rate(far)
    parts = split_people(labels, seed=seed)
    train, choose, test = (np.isin(labels, people) for people in parts)
    kept = _well_placed(embeddings, labels, train)
    rows, same = sampled_pairs(labels[kept], seed=seed)
    left, right = embeddings[kept][rows[:, 0]], embeddings[kept][rows[:, 1]]
    chosen_on, measured_on = (_AllPairs(embeddings[part], labels[part], far) for part in (choose, test))
    threshold = threshold_at_far(chosen_on.distances[~chosen_on.same], far)
    distances = -measured_on.distances
    scores = [measured_on.scores(Method.DISTANCE, None, distances, -threshold, fars)]
    classifiers = []
    for method in CLASSIFIERS:
        features = pair_features(method, left, right)
        fits = [_fitted(method, features, same, chosen_on, penalty) for penalty in PENALTIES]
        fit = max(fits, key=lambda each: each.val)
        odds = measured_on.log_odds(method, fit.weights, fit.intercept)
        scores.append(measured_on.scores(method, fit.penalty, odds, fit.least, fars))
        probability = float(1.0 / (1.0 + np.exp(-np.clip(fit.least, -500, 500))))
        classifiers.append(PairClassifier(method, fit.weights, fit.intercept, probability, far, network_sha256, data))
    left_out = int(np.count_nonzero(train)) - len(kept)
    return VerifierRun(tuple(classifiers), tuple(scores), len(parts[0]), len(parts[2]), len(same), left_out)


def sampled_pairs(labels: Labels, *, seed: int) -> tuple[NDArray[np.int64], Bools]:
    """Draw pairs at random: rows (n, 2) of faces, and whether both show one person, (n,).

    Each person gives up to PER_PERSON same pairs. The different pairs are about DIFFERENT times as many.

    Raises:
        TrainingError: one kind of pair is missing.
    """
    random = np.random.default_rng(seed)
    same = []
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        first, second = np.triu_indices(len(rows), k=1)
        taken = random.permutation(len(first))[:PER_PERSON]
        same.append(np.stack([rows[first[taken]], rows[second[taken]]], axis=1))
    pairs = np.concatenate(same)
    drawn = random.integers(0, len(labels), (DIFFERENT * len(pairs), 2))
    different = drawn[labels[drawn[:, 0]] != labels[drawn[:, 1]]]
    if not len(pairs) or not len(different):
        raise TrainingError(f"{len(pairs)} same and {len(different)} different pairs train no verifier: add people")
    return np.concatenate([pairs, different]), np.arange(len(pairs) + len(different)) < len(pairs)


def split_people(labels: Labels, *, seed: int) -> list[Labels]:
    """Split the people at random into three parts by SHARES; TrainingError if a part has fewer than two people."""
    people = np.random.default_rng((seed, 1)).permutation(np.unique(labels))
    cuts = np.round(np.cumsum(SHARES[:-1]) * len(people)).astype(int)
    parts = np.split(people, cuts)
    if min(len(part) for part in parts) < 2:
        raise TrainingError(f"{len(people)} people cannot be split into three parts of two or more: add people")
    return parts


def _well_placed(embeddings: Embeddings, labels: Labels, train: Bools) -> NDArray[np.int64]:
    """Return the rows to train on, without misplaced faces; TrainingError if most faces are misplaced."""
    misplaced = misplaced_faces(embeddings[train], labels[train])
    if 2 * np.count_nonzero(misplaced) > len(misplaced):
        raise TrainingError(
            f"{np.count_nonzero(misplaced)} of {len(misplaced)} faces are farther from their own person than "
            "strangers are: the folders are wrong, or these people are too alike for the network"
        )
    return np.flatnonzero(train)[~misplaced]


@dataclass(frozen=True, slots=True)
class _Fit:
    """A fitted classifier: it accepts pairs with log odds of at least `least`, and `val` of the same pairs."""

    val: float
    penalty: float
    weights: NDArray[np.float64]
    intercept: float
    least: float


class _AllPairs:
    """Every pair of a part of the people, scored by a similarity that is high for one person."""

    def __init__(self, embeddings: Embeddings, labels: Labels, far: float) -> None:
        self._embeddings, self.far = embeddings, far
        self._person = np.unique(labels, return_inverse=True)[1]
        self.distances, self.same = all_pairs(embeddings, labels)
        different = np.count_nonzero(~self.same)
        if not self.same.any() or far * different < 1:
            raise TrainingError(
                f"{np.count_nonzero(self.same)} same and {different} different pairs of held-out people cannot show a "
                f"false accept rate of {far:g}: add people, or ask for a larger rate"
            )

    def log_odds(self, method: Method, weights: NDArray[np.float64], intercept: float) -> NDArray[np.float64]:
        """Return the log odds (pairs,) in the order of all_pairs, computed for one face and all later ones at once."""
        rows = self._embeddings
        parts = [
            pair_features(method, rows[place : place + 1], rows[place + 1 :]) @ weights for place in range(len(rows))
        ]
        return np.concatenate(parts) + intercept

    def scores(
        self,
        method: Method,
        penalty: float | None,
        similarity: NDArray[np.floating],
        least: float,
        fars: Sequence[float],
    ) -> MethodScores:
        distances = -similarity
        within = accepted(distances, -least)
        first, _ = np.triu_indices(len(self._person), k=1)
        own = self._person[first[self.same]]
        pairs = np.bincount(own)
        hits = np.bincount(own, weights=within[self.same])
        wrong = false_accepts(self._person, within & ~self.same)
        different = distances[~self.same]
        return MethodScores(
            method,
            penalty,
            auc(distances, self.same),
            equal_error_rate(distances, self.same),
            float(within[self.same].mean()),
            ratio_interval(hits[pairs > 0], pairs[pairs > 0]),
            float(within[~self.same].mean()),
            person_interval(wrong, np.bincount(self._person)),
            tuple(fars),
            tuple(float(accepted(distances[self.same], threshold_at_far(different, rate)).mean()) for rate in fars),
        )


def _fitted(method: Method, features: NDArray[np.float32], same: Bools, chosen_on: _AllPairs, penalty: float) -> _Fit:
    """Train with one penalty, and set the threshold for the wanted rate on other people."""
    weights, intercept = fit_logistic(features, same, penalty=penalty)
    odds = chosen_on.log_odds(method, weights, intercept)
    least = -threshold_at_far(-odds[~chosen_on.same], chosen_on.far)
    return _Fit(float((odds[chosen_on.same] >= least).mean()), penalty, weights, intercept, least)
