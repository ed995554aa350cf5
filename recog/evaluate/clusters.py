"""How well clusters are people: pairwise and B-cubed precision, recall and F, against labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.evaluate.bootstrap import Interval, ratio_interval

Labels = NDArray[np.int64]
Sums = NDArray[np.number]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision, recall and their harmonic mean, 0 to 1, with 95 % intervals over people drawn anew."""

    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval
    f: float


@dataclass(frozen=True, slots=True)
class ClusterScores:
    """faces of `people` people fell into `clusters` clusters of two faces or more, and `alone` faces stayed alone."""

    faces: int
    people: int
    clusters: int
    alone: int
    pairwise: Agreement
    b_cubed: Agreement


def cluster_scores(labels: Labels, clusters: Labels) -> ClusterScores:
    """Score (n,) cluster numbers against (n,) labels; -1 is a cluster of one for each face that has it.

    Pairwise: of all pairs of faces in one cluster, how many are one person (precision), and of all pairs of one person,
    how many are in one cluster (recall); where there is no such pair nothing is wrong, and the rate is 1. Large people
    weigh by their square. B-cubed (Bagga, Baldwin 1998): the same two shares for each face, itself included, averaged
    over faces.
    """
    if labels.shape != clusters.shape or labels.ndim != 1 or not len(labels):
        raise ValueError(f"labels {labels.shape} and clusters {clusters.shape} are not n numbers each, n > 0")
    alone = clusters < 0
    grouped = np.where(alone, clusters.max(initial=-1) + 1 + np.arange(len(clusters)), clusters)
    _, person, of_person = np.unique(labels, return_inverse=True, return_counts=True)
    _, cluster, of_cluster = np.unique(grouped, return_inverse=True, return_counts=True)
    _, cell, of_cell = np.unique(person * len(of_cluster) + cluster, return_inverse=True, return_counts=True)
    together, mine, near = of_cell[cell], of_person[person], of_cluster[cluster]
    ones = np.ones(len(labels))
    return ClusterScores(
        faces=len(labels),
        people=len(of_person),
        clusters=int(np.count_nonzero(of_cluster > 1)),
        alone=int(np.count_nonzero(of_cluster == 1)),
        pairwise=_agreement(person, together - 1, near - 1, together - 1, mine - 1),
        b_cubed=_agreement(person, together / near, ones, together / mine, ones),
    )


def _agreement(
    person: Labels,
    right: NDArray[np.number],
    claimed: NDArray[np.number],
    found: NDArray[np.number],
    wanted: NDArray[np.number],
) -> Agreement:
    """Right of claimed is precision, found of wanted recall; all (n,) a face, summed by person for the intervals."""
    sums: list[Sums] = [np.bincount(person, weights=values) for values in (right, claimed, found, wanted)]
    precision, precision_interval = _rate(sums[0], sums[1])
    recall, recall_interval = _rate(sums[2], sums[3])
    f = 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
    return Agreement(precision, precision_interval, recall, recall_interval, f)


def _rate(hits: Sums, cases: Sums) -> tuple[float, Interval]:
    if cases.sum() == 0:
        return 1.0, (1.0, 1.0)
    return float(hits.sum() / cases.sum()), ratio_interval(hits, cases)
