"""Cluster scores against slow loops over pairs and faces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recog.evaluate.clusters import cluster_scores, f_scores

Numbered = st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 4)), min_size=1, max_size=25)


@given(Numbered)
def test_they_are_the_slow_loops(rows: list[tuple[int, int]]) -> None:
    labels, clusters = (np.array(column) for column in zip(*rows, strict=True))
    together = [[i == j or (clusters[i] == clusters[j] >= 0) for j in range(len(rows))] for i in range(len(rows))]
    mates = [[labels[i] == labels[j] for j in range(len(rows))] for i in range(len(rows))]
    pairs = [(i, j) for i in range(len(rows)) for j in range(i)]
    right = sum(together[i][j] and mates[i][j] for i, j in pairs)
    claimed, wanted = sum(together[i][j] for i, j in pairs), sum(mates[i][j] for i, j in pairs)
    scores = cluster_scores(labels, clusters)
    assert scores.pairwise.precision == pytest.approx(right / claimed if claimed else 1.0)
    assert scores.pairwise.recall == pytest.approx(right / wanted if wanted else 1.0)
    precisions, recalls = [], []
    for i in range(len(rows)):
        both = sum(a and b for a, b in zip(together[i], mates[i], strict=True))
        precisions.append(both / sum(together[i]))
        recalls.append(both / sum(mates[i]))
    assert scores.b_cubed.precision == pytest.approx(np.mean(precisions))
    assert scores.b_cubed.recall == pytest.approx(np.mean(recalls))
    p, r = np.mean(precisions), np.mean(recalls)
    assert scores.b_cubed.f == pytest.approx(2 * p * r / (p + r))
    for agreement in (scores.pairwise, scores.b_cubed):
        for low, high in (agreement.precision_interval, agreement.recall_interval):
            assert 0.0 <= low <= high <= 1.0


def test_faces_alone_are_no_cluster() -> None:
    scores = cluster_scores(np.array([7, 7, 8, 9]), np.array([0, 0, -1, -1]))
    assert (scores.faces, scores.people, scores.clusters, scores.alone) == (4, 3, 1, 2)
    assert (scores.pairwise.f, scores.b_cubed.f) == (1.0, 1.0)


def test_no_faces_and_other_lengths_are_the_callers_mistake() -> None:
    for labels, clusters in ((np.empty(0), np.empty(0)), (np.zeros(2), np.zeros(3))):
        with pytest.raises(ValueError, match="n numbers each"):
            cluster_scores(labels.astype(np.int64), clusters.astype(np.int64))


def test_the_fast_scores_are_those_with_intervals() -> None:
    random = np.random.default_rng(0)
    labels, clusters = random.integers(0, 9, 60), random.integers(-1, 12, 60)
    scores = cluster_scores(labels, clusters)
    assert f_scores(labels, clusters) == (scores.pairwise.f, scores.b_cubed.f)
    assert f_scores(np.arange(3), np.full(3, -1)) == (1.0, 1.0)
