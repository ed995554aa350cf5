"""Fit when faces are grouped as one person, on people that make up libraries with many strangers in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import identity_clusters
from recog.evaluate.clusters import f_scores
from recog.evaluate.labelled_faces import LabelledFaces, Labels, pooled
from recog.types import ClusterRule, Embeddings, Scatter

SINGLE = 0.7
"""Share of people who show up once: of Labeled Faces in the Wild 71 %."""
DRAWS = 5
"""Libraries made up of the same people; scores are means over them, with a standard error."""
CORRELATIONS = (0.0, 0.03, 0.06, 0.1)
"""More would fit people with some ten photos a little better, and merge look-alikes among many single faces."""
COARSE, FINE = 0.1, 0.02
"""Steps of the threshold, as squared distances."""
LOWEST, HIGHEST = 0.1, 1.5
PAIRS_READ = 4_000
"""Faces of which all pairs tell how people scatter: an even sample of more."""

Library = tuple[Embeddings, Labels]
Scores = NDArray[np.float64]
"""(draws, 2): pairwise and B-cubed F of each library."""


@dataclass(frozen=True, slots=True)
class ClusterFit:
    """A rule with what it reaches on the libraries it was fitted to: means of F over them, 0 to 1."""

    rule: ClusterRule
    pairwise_f: float
    b_cubed_f: float


def fit_cluster_rule(sets: Sequence[LabelledFaces], strangers: Sequence[LabelledFaces]) -> ClusterFit:
    """Fit the rule to people of `sets`, with one face of each of the `strangers` among them.

    Of the sets' people SINGLE show one face, drawn anew for each library, the others all of theirs: most people of a
    library are in it once, and grouping these with others is what goes wrong there.

    How people scatter is measured: the share of the variance between people by the median squared distance of same
    pairs, which a few wrong labels do not move; the dimensions by the variance of the cosines of different pairs, which
    is 1 / D for directions in D dimensions. How far photos of a person are independent is what gives the best mean
    B-cubed F: there a face alone counts as much as one of many. The threshold is the smallest whose mean B-cubed F lies
    within one standard error over the draws of the best (the one-standard-error rule: Breiman, Friedman, Olshen and
    Stone, Classification and Regression Trees, 1984, section 3.4.3): of rules that the data cannot tell apart, the one
    that merges least, as one word puts two clusters together and many are needed to part two people.
    """
    people, others = pooled(sets), pooled(strangers)
    embeddings, labels = people.embeddings, people.labels
    singles = others.embeddings[_first(others.labels)]
    libraries = [_library(embeddings, labels, singles, seed) for seed in range(DRAWS)]
    between, dimensions = _scatter(embeddings, labels)

    def scores(correlation: float, threshold: float) -> Scores:
        linkage = Linkage(threshold, Scatter(between, dimensions, correlation))
        return np.array([f_scores(owners, identity_clusters(faces, linkage)) for faces, owners in libraries])

    tried: dict[tuple[float, float], Scores] = {}

    def best(correlations: Sequence[float], thresholds: Sequence[float]) -> tuple[float, float]:
        for key in ((one, round(float(at), 6)) for one in correlations for at in thresholds):
            if key not in tried:
                tried[key] = scores(*key)
        return max(tried, key=lambda key: (_b_cubed(tried[key]), -key[1]))

    middle = best(CORRELATIONS[-1:], np.arange(LOWEST, HIGHEST, COARSE).tolist())[1]
    correlation, middle = best(CORRELATIONS, [middle - COARSE, middle, middle + COARSE])
    lowest = max(middle - 2 * COARSE, FINE)
    correlation, threshold = best([correlation], np.arange(lowest, middle + COARSE, FINE).tolist())
    threshold = smallest_as_good({at: found for (one, at), found in tried.items() if one == correlation}, threshold)
    pairwise_f, b_cubed_f = tried[correlation, threshold].mean(axis=0).tolist()
    data = f"{people.data}, among one face each of {others.data}"
    faces = round(float(np.mean([len(owners) for _, owners in libraries])))
    rule = ClusterRule(threshold, faces, Scatter(between, dimensions, correlation), data)
    return ClusterFit(rule, pairwise_f, b_cubed_f)


def smallest_as_good(tried: Mapping[float, Scores], best: float) -> float:
    """The smallest threshold with which no less than `best`'s mean B-cubed F minus its standard error is reached."""
    scores = tried[best][:, 1]
    enough = float(scores.mean() - scores.std(ddof=1) / np.sqrt(len(scores)))
    return min(threshold for threshold, found in tried.items() if threshold == best or _b_cubed(found) >= enough)


def _b_cubed(scores: Scores) -> float:
    return float(scores[:, 1].mean())


def _first(labels: Labels) -> Labels:
    """The first row of each person."""
    return np.unique(labels, return_index=True)[1]


def _library(embeddings: Embeddings, labels: Labels, singles: Embeddings, seed: int) -> Library:
    random = np.random.default_rng(seed)
    order = random.permutation(len(labels))
    people = np.unique(labels)
    once = random.permutation(people)[: round(SINGLE * len(people))]
    rows = np.concatenate([order[~np.isin(labels[order], once)], order[_first(labels[order])]])
    rows = np.unique(rows)
    owners = np.concatenate([labels[rows], people.max() + 1 + np.arange(len(singles))])
    return np.concatenate([embeddings[rows], singles]), owners


def _scatter(embeddings: Embeddings, labels: Labels) -> tuple[float, float]:
    rows = np.linspace(0, len(labels) - 1, min(len(labels), PAIRS_READ)).astype(np.int64)
    one, other = np.triu_indices(len(rows), k=1)
    cosines = (embeddings[rows] @ embeddings[rows].T)[one, other]
    same = labels[rows][one] == labels[rows][other]
    between = float(np.clip(np.median(cosines[same]), 0.05, 0.95))
    return between, float(1.0 / max(float(np.var(cosines[~same])), 1e-4))
