"""Fit the rule that groups faces into people, on simulated libraries with many strangers."""

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
"""Share of people who occur once; in Labeled Faces in the Wild it is 71 %."""
DRAWS = 5
"""Number of simulated libraries of the same people; scores are means over them, with a standard error."""
CORRELATIONS = (0.0, 0.03, 0.06, 0.1)
"""Larger ones suit people with ten photos slightly better, but merge look-alikes among many single faces."""
COARSE, FINE = 0.1, 0.02
"""Steps of the threshold, as squared distances."""
LOWEST, HIGHEST = 0.1, 1.5
PAIRS_READ = 4_000
"""Number of faces, evenly sampled, whose pairs measure how people scatter."""

Library = tuple[Embeddings, Labels]
Scores = NDArray[np.float64]
"""(draws, 2): pairwise and B-cubed F of each library."""


@dataclass(frozen=True, slots=True)
class ClusterFit:
    """A rule, and the mean F scores, 0 to 1, that it reaches on the libraries that it was fitted to."""

    rule: ClusterRule
    pairwise_f: float
    b_cubed_f: float


def fit_cluster_rule(sets: Sequence[LabelledFaces], strangers: Sequence[LabelledFaces]) -> ClusterFit:
    """Fit the rule on simulated libraries: the people of `sets`, with one face of each of the `strangers` among them.

    In each library a random share SINGLE of the sets' people has one face and the others have all of theirs. Most
    people of a real library occur once, and merging them with others is the usual error.

    The scatter of people is measured. The variance between people comes from the median squared distance of same pairs,
    which a few wrong labels do not move. The dimensions come from the variance of the cosines of different pairs, which
    is 1 / D for directions in D dimensions. The correlation of a person's photos is the one with the best mean B-cubed
    F, a score that counts a single face as much as one of many.

    The threshold is the smallest with a mean B-cubed F within one standard error of the best (Breiman, Friedman, Olshen
    and Stone, Classification and Regression Trees, 1984, section 3.4.3). Of rules that the data cannot tell apart it
    merges least: a user joins two clusters with one word, but needs many to separate two people.
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
    """Return the smallest threshold with a mean B-cubed F within one standard error of that of `best`."""
    scores = tried[best][:, 1]
    enough = float(scores.mean() - scores.std(ddof=1) / np.sqrt(len(scores)))
    return min(threshold for threshold, found in tried.items() if threshold == best or _b_cubed(found) >= enough)


def _b_cubed(scores: Scores) -> float:
    return float(scores[:, 1].mean())


def _first(labels: Labels) -> Labels:
    """Return the first row of each person."""
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
