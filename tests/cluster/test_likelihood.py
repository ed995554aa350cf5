"""The likelihood that clusters are one person, against the normal densities that it comes from."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from recog.cluster.labels import numbered
from recog.cluster.likelihood import Linkage, linkage_at, linkage_for, linkage_of, probability_of_one
from recog.cluster.linkage import identity_clusters
from recog.distance import unit_rows
from recog.types import Calibration, ClusterRule, Embeddings, Scatter

SCATTER = Scatter(between=0.6, dimensions=8.0, correlation=0.0)
RULE = ClusterRule(0.9, 1000, Scatter(0.6, 50.0, 0.1), "made-up people")
CALIBRATION = Calibration("c" * 64, 1.1, 0.001, 10.0, -11.0, "made-up people", 1000)


def slow_ratio(one: Embeddings, other: Embeddings, scatter: Scatter) -> float:
    """The log likelihood ratio from the joint normal density of all faces, dimension by dimension."""

    def density(rows: Embeddings) -> float:
        between = scatter.between / scatter.dimensions
        within = (1 - scatter.between) / scatter.dimensions
        covariance = between + within * np.eye(len(rows))
        return float(sum(multivariate_normal(cov=covariance).logpdf(axis) for axis in rows.T.astype(np.float64)))

    return density(np.concatenate([one, other])) - density(one) - density(other)


def linkage_between(one: Embeddings, other: Embeddings, linkage: Linkage) -> float:
    means = one.mean(axis=0, dtype=np.float64), other.mean(axis=0, dtype=np.float64)
    return float(
        linkage(
            np.array([float(len(one))]),
            np.array([float(len(other))]),
            np.array([means[0] @ means[0]]),
            np.array([means[1] @ means[1]]),
            np.array([means[0] @ means[1]]),
        )[0]
    )


def test_a_linkage_is_the_distance_of_two_lone_faces_that_are_as_likely_one_person() -> None:
    random = np.random.default_rng(0)
    for sizes in ((1, 1), (1, 2), (3, 2), (5, 4)):
        faces = unit_rows((np.ones(8) + 0.9 * random.normal(size=(sum(sizes), 8))).astype(np.float32))
        one, other = faces[: sizes[0]], faces[sizes[0] :]
        equivalent = linkage_between(one, other, Linkage(1.0, SCATTER))
        cosine = 1 - equivalent / 2
        lone = slow_ratio(
            np.eye(8, dtype=np.float32)[:1], np.float32(cosine) * np.eye(8, dtype=np.float32)[:1], SCATTER
        )
        # the second lone face is shorter than one: its own density's part is put right
        b, w = 0.6, 0.4
        shortfall = (1 - cosine**2) * 8 / 2 * (b / (w * (w + 2 * b)) - b / (w * (w + b)))
        assert lone + shortfall == pytest.approx(slow_ratio(one, other, SCATTER), abs=1e-3)


def test_two_lone_faces_keep_their_own_distance() -> None:
    faces = np.array([[1, 0], [0.6, 0.8]], np.float32)
    assert linkage_between(faces[:1], faces[1:], Linkage(1.0, RULE.scatter)) == pytest.approx(0.8, abs=1e-6)


def test_at_equal_mean_distance_larger_clusters_are_nearer_until_photos_say_nothing_new() -> None:
    linkage = Linkage(0.9, RULE.scatter)
    norms = [0.6 + 0.4 / size for size in (1, 2, 5, 20)]
    found = [
        float(linkage(*(np.array([value]) for value in (float(size), float(size), norm, norm, 0.55)))[0])
        for size, norm in zip((1, 2, 5, 20), norms, strict=True)
    ]
    assert all(left > right for left, right in pairwise(found))
    independent = replace(linkage, scatter=replace(RULE.scatter, correlation=0.0))
    many = float(independent(*(np.array([value]) for value in (20.0, 20.0, norms[-1], norms[-1], 0.55)))[0])
    assert many > found[-1], "were all photos independent, such means would be too far apart for one person"


def test_no_clusters_merge_beyond_the_reach() -> None:
    linkage = Linkage(0.9, RULE.scatter)
    beyond = 1 - (linkage.reach + 0.01) / 2
    for size in (1, 4, 64, 1024):
        for other in (1, 4, 64, 1024):
            norms = (0.6 + 0.4 / each for each in (size, other))
            values = (np.array([value]) for value in (float(size), float(other), *norms, beyond))
            assert linkage(*values)[0] > linkage.threshold
    assert linkage.threshold <= linkage.reach_of_one <= linkage.reach
    assert Linkage(0.9).reach == Linkage(0.9).reach_of_one == 0.9


def test_among_ten_times_as_many_faces_the_odds_of_a_merge_are_ten_times_as_high() -> None:
    near, far = linkage_for(RULE, 10_000), linkage_for(RULE, 1_000)
    assert far.threshold == pytest.approx(RULE.threshold)
    assert near.threshold < far.threshold
    scatter = Scatter(0.6, 8.0, 0.0)
    rule = replace(RULE, scatter=scatter)

    def ratio(distance: float) -> float:
        faces = np.zeros((2, 8), np.float32)
        faces[0, 0], faces[1, :2] = 1, (1 - distance / 2, np.sqrt(1 - (1 - distance / 2) ** 2))
        return slow_ratio(faces[:1], faces[1:], scatter)

    odds = ratio(linkage_for(rule, 3_000).threshold) - ratio(linkage_for(rule, 1_000).threshold)
    assert odds == pytest.approx(np.log(3), abs=1e-3)


def test_a_calibration_without_a_rule_groups_by_the_mean_distance_and_a_threshold_replaces_either() -> None:
    assert linkage_of(CALIBRATION, 5) == Linkage(1.1)
    assert linkage_of(CALIBRATION, 5, threshold=0.7) == Linkage(0.7)
    fitted = replace(CALIBRATION, clusters=RULE)
    assert linkage_of(fitted, 5) == linkage_for(RULE, 5)
    assert linkage_of(fitted, 5, threshold=0.7) == Linkage(0.7, RULE.scatter)


def test_a_person_whose_photos_differ_comes_together_where_two_of_them_alone_would_not() -> None:
    random = np.random.default_rng(1)
    person = unit_rows((np.eye(64)[0] + 0.95 * random.normal(size=(60, 64)) / 8).astype(np.float32))
    products = (person @ person.T)[np.triu_indices(60, k=1)]
    assert np.median(2 - 2 * products) > 0.9, "most pairs of lone faces stay apart"
    assert np.count_nonzero(identity_clusters(person, Linkage(0.8, RULE.scatter)) == 0) >= 50
    assert np.count_nonzero(identity_clusters(person, Linkage(0.8)) == 0) < 30


def test_people_with_many_photos_do_not_take_in_strangers() -> None:
    random = np.random.default_rng(2)
    people = unit_rows(random.normal(size=(12, 50)).astype(np.float32))
    owners = np.concatenate([np.repeat([0, 1, 2], 40), np.arange(3, 12)])
    faces = unit_rows((people[owners] + 0.8 * random.normal(size=(len(owners), 50)) / 50**0.5).astype(np.float32))
    np.testing.assert_array_equal(identity_clusters(faces, linkage_for(RULE, len(faces))), numbered(owners))


def test_two_sets_are_even_at_the_threshold_and_surer_to_be_one_person_the_less_their_linkage() -> None:
    rule = Linkage(0.5, SCATTER)
    assert probability_of_one(0.5, rule, CALIBRATION) == 0.5
    falling = [probability_of_one(linkage, rule, CALIBRATION) for linkage in np.linspace(-300, 300, 61)]
    assert falling == sorted(falling, reverse=True)
    assert (falling[0], falling[-1]) == (1.0, 0.0)
    assert probability_of_one(0.6, replace(rule, threshold=0.4), CALIBRATION) < 0.5, "a larger library wants more"


@pytest.mark.parametrize("wanted", [0.001, 0.05, 0.5, 0.99])
def test_the_linkage_of_a_probability_has_that_probability(wanted: float) -> None:
    rule = Linkage(0.5, SCATTER)
    assert probability_of_one(linkage_at(wanted, rule, CALIBRATION), rule, CALIBRATION) == pytest.approx(wanted)
