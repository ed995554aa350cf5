"""The vote and the pair decision."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recog.identify import (
    NEAR_TIE,
    SECOND_IN_A_PHOTO,
    STRANGERS_NAMED,
    identification_threshold,
    identify,
    one_face_per_person,
    probability,
    verify,
)
from recog.types import Calibration, Match, Neighbour

ANNA, BO, CEM = 1, 2, 3
CALIBRATION = Calibration(
    network_sha256="0" * 64, threshold=1.0, far=1e-3, slope=10.0, intercept=-10.0, data="test", pairs=1000
)


def faces(*near: tuple[int, float]) -> tuple[list[Neighbour], dict[int, int]]:
    """Neighbours and their people, from (person, squared distance)."""
    return (
        [Neighbour(100 + row, squared) for row, (_, squared) in enumerate(near)],
        {100 + row: person for row, (person, _) in enumerate(near)},
    )


def test_one_photo_is_enough() -> None:
    neighbours, person_of = faces((ANNA, 0.4))
    assert identify(neighbours, person_of, threshold=1.0) == (Match(ANNA, 0.4, 1), Match(ANNA, 0.4, 1))


def test_one_near_face_wins_against_many_farther_ones_within_the_threshold() -> None:
    neighbours, person_of = faces((ANNA, 0.4), *[(BO, 0.6 + row / 100) for row in range(19)])
    accepted, nearest = identify(neighbours, person_of, threshold=1.0)
    assert accepted == nearest == Match(ANNA, 0.4, 1)


def test_among_faces_nearly_equally_near_the_most_votes_win() -> None:
    neighbours, person_of = faces((ANNA, 0.50), (BO, 0.51), (BO, 0.52), (ANNA, 0.9), (ANNA, 0.91))
    accepted, nearest = identify(neighbours, person_of, threshold=1.0)
    assert accepted == Match(BO, 0.51, 2)
    assert nearest == Match(ANNA, 0.50, 3)


def test_equal_votes_go_to_the_nearer_person() -> None:
    neighbours, person_of = faces((BO, 0.50), (ANNA, 0.51), (ANNA, 0.52), (BO, 0.53))
    accepted, _ = identify(neighbours, person_of, threshold=1.0)
    assert accepted is not None
    assert accepted.person_id == BO


def test_beyond_the_threshold_nobody_is_named_but_the_nearest_is_told() -> None:
    neighbours, person_of = faces((ANNA, 1.01), (BO, 1.2))
    assert identify(neighbours, person_of, threshold=1.0) == (None, Match(ANNA, 1.01, 0))


def test_a_face_beyond_the_threshold_has_no_vote_even_when_nearly_as_near() -> None:
    neighbours, person_of = faces((ANNA, 0.99), (BO, 1.01), (BO, 1.02))
    accepted, _ = identify(neighbours, person_of, threshold=1.0)
    assert accepted == Match(ANNA, 0.99, 1)


def test_the_threshold_itself_is_accepted() -> None:
    neighbours, person_of = faces((ANNA, 1.0))
    assert identify(neighbours, person_of, threshold=1.0)[0] == Match(ANNA, 1.0, 1)


def test_a_face_at_the_threshold_itself_has_a_vote() -> None:
    neighbours, person_of = faces((ANNA, 0.48), (BO, 0.5), (BO, 0.5))
    assert identify(neighbours, person_of, threshold=0.5) == (Match(BO, 0.5, 2), Match(ANNA, 0.48, 1))


def test_faces_of_nobody_do_not_count() -> None:
    neighbours, person_of = faces((ANNA, 0.1), (BO, 0.5))
    del person_of[100]
    assert identify(neighbours, person_of, threshold=1.0) == (Match(BO, 0.5, 1), Match(BO, 0.5, 1))
    assert identify(neighbours, {}, threshold=1.0) == (None, None)
    assert identify([], person_of, threshold=1.0) == (None, None)


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 40).map(lambda step: step / 20)), max_size=12),
    st.sampled_from([0.0, 0.3, 1.0, 2.0]),
    st.integers(0, 100),
)
def test_the_vote_is_its_definition_in_any_order(near: list[tuple[int, float]], threshold: float, seed: int) -> None:
    neighbours, person_of = faces(*near)
    shuffled = [neighbours[row] for row in np.random.default_rng(seed).permutation(len(neighbours))]
    accepted, nearest = identify(shuffled, person_of, threshold=threshold)
    assert accepted == slow_vote(neighbours, person_of, threshold)
    assert (nearest is None) == (not near)
    if nearest is not None:
        assert nearest.squared_distance == min(squared for _, squared in near)


def slow_vote(neighbours: list[Neighbour], person_of: dict[int, int], threshold: float) -> Match | None:
    """Score every person by (votes near the nearest, nearness, age of the face) and take the best."""
    within = [near for near in neighbours if near.squared_distance <= threshold]
    if not within:
        return None
    best = min(near.squared_distance for near in within)
    scores = []
    for person in set(person_of.values()):
        own = sorted((near.squared_distance, near.face_id) for near in within if person_of[near.face_id] == person)
        if own:
            votes = sum(squared <= best + NEAR_TIE * threshold for squared, _ in own)
            scores.append((-votes, own[0], Match(person, own[0][0], len(own))))
    return min(scores, key=lambda score: score[:2])[2]


def test_verify_gives_distance_decision_and_probability() -> None:
    left = np.array([1, 0], np.float32)
    same = verify(left, np.array([0.8, 0.6], np.float32), CALIBRATION)
    assert same.same
    assert same.squared_distance == pytest.approx(0.4)
    assert same.threshold == 1.0
    assert same.probability == pytest.approx(1 / (1 + math.exp(-6)))
    different = verify(left, np.array([0, 1], np.float32), CALIBRATION)
    assert not different.same
    assert different.probability == pytest.approx(1 / (1 + math.exp(10)))


def test_verify_refuses_anything_but_two_vectors_of_one_length() -> None:
    one = np.array([1, 0], np.float32)
    with pytest.raises(ValueError, match="one shape"):
        verify(one, np.array([1, 0, 0], np.float32), CALIBRATION)
    with pytest.raises(ValueError, match="one shape"):
        verify(one[np.newaxis], one[np.newaxis], CALIBRATION)


def test_probability_falls_with_distance_and_survives_any_slope() -> None:
    steep = Calibration(
        network_sha256="0" * 64, threshold=1.0, far=1e-3, slope=1e6, intercept=-1e6, data="test", pairs=10
    )
    assert [probability(squared, steep) for squared in (0.0, 1.0, 4.0)] == [1.0, 0.5, 0.0]
    falling = [probability(squared, CALIBRATION) for squared in np.linspace(0, 4, 50)]
    assert falling == sorted(falling, reverse=True)


def test_faces_give_way_in_their_photo_as_the_slow_loop_says() -> None:
    random = np.random.default_rng(2)
    photos, people = random.integers(0, 20, 300), random.integers(0, 4, 300)
    squared = np.where(random.random(300) < 0.1, -1.0, random.integers(0, 20, 300) / 20)
    expected = []
    for row in range(300):
        mates = [other for other in range(300) if photos[other] == photos[row] and people[other] == people[row]]
        first = min(mates, key=lambda other: (squared[other], other))
        expected.append(bool(row != first and squared[row] > SECOND_IN_A_PHOTO * 0.8))
    assert one_face_per_person(photos, people, squared, threshold=0.8).tolist() == expected
    assert {True, False} == set(expected)
    none = np.empty(0, np.int64)
    assert one_face_per_person(none, none, np.empty(0), threshold=0.8).tolist() == []


TAILED = replace(CALIBRATION, tail=20.0)


@pytest.mark.parametrize(("people", "faces"), [(100, 100), (30, 600), (1000, 1000), (1, 100_000)])
def test_of_strangers_to_a_large_gallery_the_same_share_gets_a_name(people: int, faces: int) -> None:
    random = np.random.default_rng(0)
    # Strangers' distances to one face, near the threshold: a false accept at 1e-3 there, e-fold rarer every 1 / 20.
    independent = round(math.sqrt(people * faces))
    near = random.binomial(independent, 1e-3, size=200_000)
    nearest = np.full(len(near), np.inf)
    for row in np.flatnonzero(near):
        nearest[row] = (1.0 - random.exponential(1 / 20, near[row])).min()
    named = (nearest <= identification_threshold(TAILED, people=people, faces=faces)).mean()
    assert named == pytest.approx(STRANGERS_NAMED, abs=0.003)


def test_a_small_gallery_keeps_the_pair_s_threshold_and_a_larger_one_never_has_a_higher() -> None:
    limits = [identification_threshold(TAILED, people=n, faces=4 * n) for n in (1, 5, 20, 50, 500, 50_000, 10**12)]
    assert limits[:3] == [1.0, 1.0, 1.0]
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] < limits[3] < 1.0
    assert min(limits) >= 0.0
    assert identification_threshold(TAILED, people=0, faces=0) == 1.0


def test_a_threshold_that_a_user_set_and_one_without_a_tail_stay() -> None:
    for calibration in (replace(TAILED, far=None), CALIBRATION):
        assert identification_threshold(calibration, people=1000, faces=9000) == 1.0
