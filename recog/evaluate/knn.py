"""Scores of k-nearest-neighbour classification, plain, weighted and with abstention.

A face is classified by the enrolled faces nearest to it (Cover and Hart 1967; FaceNet, arXiv:1503.03832 section 4,
recognises so). Galleries and probes are those of recog.evaluate.identification.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from recog.distance import squared_distances
from recog.evaluate.bootstrap import Interval, ratio_intervals
from recog.evaluate.identification import TRIALS, Gallery, drawn_galleries
from recog.evaluate.labelled_faces import Labels
from recog.types import Distances, Embeddings

UNKNOWN = -1
"""The answer to a probe that a rule names nobody."""
_LEAST = 1e-6
"""The least distance that a weight is made of, because the same photo twice lies at none."""


@dataclass(frozen=True, slots=True)
class Near:
    """The k enrolled faces nearest to each probe, nearest first: people and squared distances, (p, k) each."""

    people: NDArray[np.int64]
    squared: Distances

    @classmethod
    def of(cls, embeddings: Embeddings, drawn: Gallery, *, k: int) -> "Near":
        """Find the faces of a gallery nearest to its probes."""
        squared = squared_distances(embeddings[drawn.probes], embeddings[drawn.faces.ravel()])
        order = np.argsort(squared, axis=1, kind="stable")[:, :k]
        owners = np.repeat(drawn.enrolled, drawn.faces.shape[1])
        return cls(owners[order], np.take_along_axis(squared, order, axis=1))

    def first(self, k: int) -> "Near":
        """Return the k nearest of these faces."""
        return Near(self.people[:, :k], self.squared[:, :k])


Rule = Callable[[Near, float], NDArray[np.int64]]
"""Names each probe by its nearest faces and the threshold, a squared distance: (p,) people, or UNKNOWN."""


def majority(near: Near, threshold: float, *, weighted: bool, abstaining: bool) -> NDArray[np.int64]:
    """Return the person of most of the nearest faces of each probe, (p,); the nearer one of equals.

    weighted weighs a face by 1 / distance. abstaining counts only faces within the threshold, and names nobody unless
    one person has more than half of the votes (a rule of Hellman 1970 for an open set).
    """
    weights = 1 / np.maximum(np.sqrt(near.squared), _LEAST) if weighted else np.ones_like(near.squared)
    if abstaining:
        weights = np.where(near.squared <= threshold, weights, 0)
    same = near.people[:, :, None] == near.people[:, None, :]
    votes = np.where(same, weights[:, None, :], 0).sum(axis=2)  # (p, k): the votes for the person of each neighbour
    best = votes.argmax(axis=1)  # the first of equals, who is nearer
    rows = np.arange(len(best))
    named: NDArray[np.int64] = near.people[rows, best]
    if abstaining:
        named = np.where(votes[rows, best] > weights.sum(axis=1) / 2, named, UNKNOWN)
    return named


MAJORITIES: Mapping[str, Rule] = {
    "plain": partial(majority, weighted=False, abstaining=False),
    "weighted": partial(majority, weighted=True, abstaining=False),
    "plain, abstaining": partial(majority, weighted=False, abstaining=True),
    "weighted, abstaining": partial(majority, weighted=True, abstaining=True),
}
"""The rules of k-nearest-neighbour classification by their names."""


@dataclass(frozen=True, slots=True)
class RuleScores:
    """Answers of one rule over all trials; rates from 0 to 1.

    right, wrong and unknown are shares of the probes of enrolled people: named rightly, named as another, not named.
    right_interval is 95 % by the bootstrap over people. strangers_named is the share of strangers that get a name.
    """

    rule: str
    k: int
    right: float
    right_interval: Interval
    wrong: float
    unknown: float
    strangers_named: float


@dataclass(frozen=True, slots=True)
class KnnScores:
    """Scores of each rule with each k on one kind of gallery.

    gallery counts the enrolled people, photos the photos of each. probes and strangers are mean numbers of faces per
    trial. threshold is the squared distance of the rules that abstain.
    """

    gallery: int
    photos: int
    trials: int
    probes: float
    strangers: float
    threshold: float
    rules: tuple[RuleScores, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to score: rules by their names, each with each k, and the threshold, a squared distance."""

    rules: Mapping[str, Rule]
    ks: Sequence[int]
    threshold: float


def knn(
    embeddings: Embeddings, labels: Labels, asked: Asked, *, gallery: int, photos: int, trials: int = TRIALS
) -> KnnScores:
    """Draw a gallery and classify all other faces, `trials` times; (n, dim) embeddings and (n,) labels.

    A k above the number of enrolled faces becomes that number.

    Raises:
        ValueError: these faces cannot fill the gallery, or a k is below 1.
    """
    if min(asked.ks) < 1:
        raise ValueError(f"k is at least 1, not {min(asked.ks)}")
    ks = sorted({min(k, gallery * photos) for k in asked.ks})
    tallies = {(k, name): _Tally(len(np.unique(labels))) for k in ks for name in asked.rules}
    for drawn in drawn_galleries(labels, gallery=gallery, photos=photos, trials=trials, seed=0):
        near = Near.of(embeddings, drawn, k=ks[-1])
        for (k, name), tally in tallies.items():
            tally.add(drawn, asked.rules[name](near.first(k), asked.threshold))
    first = next(iter(tallies.values()))
    return KnnScores(
        gallery,
        photos,
        trials,
        float(first.probed.sum()) / trials,
        first.strangers / trials,
        asked.threshold,
        tuple(tally.scores(name, k) for (k, name), tally in tallies.items()),
    )


class _Tally:
    """Sums over trials, by person: the probes, and those named rightly or as another."""

    def __init__(self, people: int) -> None:
        self.probed, self._right, self._wrong = np.zeros(people), np.zeros(people), np.zeros(people)
        self.strangers = self._strangers_named = 0

    def add(self, drawn: Gallery, named: NDArray[np.int64]) -> None:
        """Add the answers to the probes of one gallery, (p,) people or UNKNOWN."""
        owners, mated = drawn.owners, drawn.mated
        right = named == owners
        np.add.at(self.probed, owners[mated], 1)
        np.add.at(self._right, owners[mated], right[mated])
        np.add.at(self._wrong, owners[mated], (~right & (named != UNKNOWN))[mated])
        self.strangers += int(np.count_nonzero(~mated))
        self._strangers_named += int(np.count_nonzero(named[~mated] != UNKNOWN))

    def scores(self, rule: str, k: int) -> RuleScores:
        """Return the rates."""
        seen = self.probed > 0
        right, wrong, probed = (float(each.sum()) for each in (self._right, self._wrong, self.probed))
        (interval,) = ratio_intervals(self._right[np.newaxis, seen], self.probed[seen])
        unknown = (probed - right - wrong) / probed
        named = self._strangers_named / self.strangers
        return RuleScores(rule, k, right / probed, interval, wrong / probed, unknown, named)
