"""Scores of clusters against labels: pairwise and B-cubed precision, recall and F."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.evaluate.bootstrap import Interval, ratio_interval
from recog.evaluate.labelled_faces import Labels

Sums = NDArray[np.number]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision, recall and their harmonic mean f, 0 to 1, with 95 % bootstrap intervals over people."""

    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval
    f: float


@dataclass(frozen=True, slots=True)
class ClusterScores:
    """Scores of a clustering. clusters counts the clusters of at least two faces, alone the faces in none of them."""

    faces: int
    people: int
    clusters: int
    alone: int
    pairwise: Agreement
    b_cubed: Agreement


def cluster_scores(labels: Labels, clusters: Labels) -> ClusterScores:
    """Score (n,) cluster numbers against (n,) labels; every face with the number -1 is a cluster of its own.

    Pairwise precision is the share of the pairs in one cluster that show one person, pairwise recall the share of the
    pairs of one person that are in one cluster; a rate without pairs is 1. People weigh by the square of their faces.
    B-cubed (Bagga, Baldwin 1998) takes the same shares for each face, the face itself included, averaged over faces.
    """
    counts = _Counts(labels, clusters)
    return ClusterScores(
        faces=len(labels),
        people=len(counts.of_person),
        clusters=int(np.count_nonzero(counts.of_cluster > 1)),
        alone=int(np.count_nonzero(counts.of_cluster == 1)),
        pairwise=_agreement(counts.pairwise()),
        b_cubed=_agreement(counts.b_cubed()),
    )


def f_scores(labels: Labels, clusters: Labels) -> tuple[float, float]:
    """Return the pairwise and B-cubed F of cluster_scores, without the intervals, which take most of the time."""
    counts = _Counts(labels, clusters)
    pairwise, b_cubed = (
        _f(_share(right, claimed), _share(found, wanted))
        for right, claimed, found, wanted in (counts.pairwise(), counts.b_cubed())
    )
    return pairwise, b_cubed


class _Counts:
    """Counts of faces by person and cluster, summed per person: right / claimed is precision, found / wanted recall."""

    def __init__(self, labels: Labels, clusters: Labels) -> None:
        if labels.shape != clusters.shape or labels.ndim != 1 or not len(labels):
            raise ValueError(f"labels {labels.shape} and clusters {clusters.shape} are not n numbers each, n > 0")
        alone = clusters < 0
        grouped = np.where(alone, clusters.max(initial=-1) + 1 + np.arange(len(clusters)), clusters)
        _, self._person, self.of_person = np.unique(labels, return_inverse=True, return_counts=True)
        _, cluster, self.of_cluster = np.unique(grouped, return_inverse=True, return_counts=True)
        cells = self._person * len(self.of_cluster) + cluster
        _, cell, of_cell = np.unique(cells, return_inverse=True, return_counts=True)
        self._together, self._near = of_cell[cell], self.of_cluster[cluster]
        self._mine = self.of_person[self._person]

    def pairwise(self) -> tuple[Sums, ...]:
        """Return right, claimed, found and wanted pairs, (people,) each."""
        return self._sums(self._together - 1, self._near - 1, self._together - 1, self._mine - 1)

    def b_cubed(self) -> tuple[Sums, ...]:
        """Return right, claimed, found and wanted shares of faces, (people,) each."""
        ones = np.ones(len(self._mine))
        return self._sums(self._together / self._near, ones, self._together / self._mine, ones)

    def _sums(self, *of_faces: NDArray[np.number]) -> tuple[Sums, ...]:
        return tuple(np.bincount(self._person, weights=values) for values in of_faces)


def _agreement(sums: tuple[Sums, ...]) -> Agreement:
    right, claimed, found, wanted = sums
    precision, recall = _share(right, claimed), _share(found, wanted)
    intervals = (_interval(right, claimed), _interval(found, wanted))
    return Agreement(precision, intervals[0], recall, intervals[1], _f(precision, recall))


def _f(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def _share(hits: Sums, cases: Sums) -> float:
    return float(hits.sum() / cases.sum()) if cases.sum() > 0 else 1.0


def _interval(hits: Sums, cases: Sums) -> Interval:
    return ratio_interval(hits, cases) if cases.sum() > 0 else (1.0, 1.0)
