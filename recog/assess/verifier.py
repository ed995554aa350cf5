"""From faces of people to classifiers of pairs, chosen and measured on people that they were not trained on."""

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
"""Same pairs of a person at most: whoever has a hundred photos is still one person."""
DIFFERENT = 10
"""Different pairs drawn for each same one."""
SHARES = (0.6, 0.2, 0.2)
"""Of the people: to train on, to choose penalty and threshold on, to measure on."""


@dataclass(frozen=True, slots=True)
class MethodScores:
    """What a method does on pairs of people that nothing was trained or chosen on; rates 0 to 1.

    val and far are at the threshold that was chosen for the wanted rate on other people, with 95 % intervals over
    people drawn anew. val_at are the shares of same pairs accepted where these very different pairs set the threshold
    to the rates `fars`.
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
    """Classifiers, and the scores of each beside the plain distance, on `people` people; trained on `pairs` pairs."""

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
    """Train a classifier of every method on (n, dim) faces of people, and measure all of them beside the distance.

    People are split by chance into those of SHARES. Faces that are probably filed under the wrong person (see
    evaluate.cleaning) train nothing; they do count where it is measured. The penalty is the one that accepts most same
    pairs at `far` on the second part, which also sets the probability to be reached. TrainingError where a part is too
    small, or most faces seem misplaced, EvaluationError where far is no rate.
    """
    check_rate(far)
    parts = _split(labels, seed)
    train, choose, test = (np.isin(labels, people) for people in parts)
    misplaced = misplaced_faces(embeddings[train], labels[train])
    if 2 * np.count_nonzero(misplaced) > len(misplaced):
        raise TrainingError(
            f"{np.count_nonzero(misplaced)} of {len(misplaced)} faces are farther from their own person than "
            "strangers are: the folders are wrong, or these people are too alike for the network"
        )
    kept = np.flatnonzero(train)[~misplaced]
    rows, same = sampled_pairs(labels[kept], seed=seed)
    left, right = embeddings[kept][rows[:, 0]], embeddings[kept][rows[:, 1]]
    chosen_on, measured_on = (_AllPairs(embeddings[part], labels[part], far) for part in (choose, test))
    threshold = threshold_at_far(chosen_on.distances[~chosen_on.same], far)
    distances = -measured_on.distances
    scores = [measured_on.scores(Method.DISTANCE, None, distances, -threshold, fars)]
    classifiers = []
    for method in CLASSIFIERS:
        features = pair_features(method, left, right)
        tried = []
        for penalty in PENALTIES:
            weights, intercept = fit_logistic(features, same, penalty=penalty)
            odds = chosen_on.log_odds(method, weights, intercept)
            least = -threshold_at_far(-odds[~chosen_on.same], far)
            tried.append((float((odds[chosen_on.same] >= least).mean()), penalty, weights, intercept, least))
        _, penalty, weights, intercept, least = max(tried, key=lambda one: one[0])
        odds = measured_on.log_odds(method, weights, intercept)
        scores.append(measured_on.scores(method, penalty, odds, least, fars))
        probability = float(1.0 / (1.0 + np.exp(-np.clip(least, -500, 500))))
        classifiers.append(PairClassifier(method, weights, intercept, probability, far, network_sha256, data))
    return VerifierRun(
        tuple(classifiers), tuple(scores), len(parts[0]), len(parts[2]), len(same), int(np.count_nonzero(misplaced))
    )


def sampled_pairs(labels: Labels, *, seed: int) -> tuple[NDArray[np.int64], Bools]:
    """Rows (n, 2) of faces and whether they are one person, (n,): pairs drawn by chance.

    Up to PER_PERSON same pairs of each person, and about DIFFERENT times as many different ones.
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


def _split(labels: Labels, seed: int) -> list[Labels]:
    people = np.random.default_rng((seed, 1)).permutation(np.unique(labels))
    cuts = np.round(np.cumsum(SHARES[:-1]) * len(people)).astype(int)
    parts = np.split(people, cuts)
    if min(len(part) for part in parts) < 2:
        raise TrainingError(f"{len(people)} people cannot be split into three parts of two or more: add people")
    return parts


class _AllPairs:
    """Every pair of a part of the people, scored where similarity is high for one person."""

    def __init__(self, embeddings: Embeddings, labels: Labels, far: float) -> None:
        self._embeddings = embeddings
        self._person = np.unique(labels, return_inverse=True)[1]
        self.distances, self.same = all_pairs(embeddings, labels)
        different = np.count_nonzero(~self.same)
        if not self.same.any() or far * different < 1:
            raise TrainingError(
                f"{np.count_nonzero(self.same)} same and {different} different pairs of held-out people cannot show a "
                f"false accept rate of {far:g}: add people, or ask for a larger rate"
            )

    def log_odds(self, method: Method, weights: NDArray[np.float64], intercept: float) -> NDArray[np.float64]:
        """(pairs,), in the order of all_pairs; a face against all later ones at a time."""
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
        apart = -similarity
        within = accepted(apart, -least)
        first, _ = np.triu_indices(len(self._person), k=1)
        own = self._person[first[self.same]]
        pairs = np.bincount(own)
        hits = np.bincount(own, weights=within[self.same])
        wrong = false_accepts(self._person, within & ~self.same)
        different = apart[~self.same]
        return MethodScores(
            method,
            penalty,
            auc(apart, self.same),
            equal_error_rate(apart, self.same),
            float(within[self.same].mean()),
            ratio_interval(hits[pairs > 0], pairs[pairs > 0]),
            float(within[~self.same].mean()),
            person_interval(wrong, np.bincount(self._person)),
            tuple(fars),
            tuple(float(accepted(apart[self.same], threshold_at_far(different, rate)).mean()) for rate in fars),
        )
