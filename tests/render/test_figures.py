"""Rounded numbers never say more than is known."""

import pytest

from recog.render.figures import count, distance, distance_against, one_in, percent, seconds


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (0.0, "< 0.1 %"),
        (0.0009, "< 0.1 %"),
        (0.004, "0.4 %"),
        (0.5, "50 %"),
        (0.974, "97 %"),
        (0.9951, "99.5 %"),
        (0.9996, "> 99.9 %"),
        (1.0, "> 99.9 %"),
    ],
)
def test_a_probability_is_never_shown_as_certain(probability: float, shown: str) -> None:
    assert percent(probability) == shown


def test_no_probability_reads_as_none_or_all() -> None:
    shown = {percent(step / 10_000) for step in range(10_001)}
    assert not shown & {"0 %", "0.0 %", "100 %", "100.0 %"}


def test_a_distance_has_three_decimals() -> None:
    assert distance(0.58049) == "0.580"


@pytest.mark.parametrize(
    ("value", "threshold", "shown"),
    [(0.5, 1.0, "0.500"), (1.0214, 1.0212, "1.0214"), (1.021, 1.021, "1.021"), (1.0000004, 1.0000001, "1.0000004")],
)
def test_a_distance_near_the_threshold_shows_on_which_side_it_lies(value: float, threshold: float, shown: str) -> None:
    assert distance_against(value, threshold) == shown


def test_counts_agree_with_their_noun() -> None:
    assert [count(1, "photo"), count(12_408, "photo"), count(0, "person")] == ["1 photo", "12,408 photos", "0 people"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.04, "0.0 s"), (4.21, "4.2 s"), (59.96, "1 min 00 s"), (192, "3 min 12 s"), (7500, "2 h 05 min")],
)
def test_times_are_read_at_a_glance(value: float, shown: str) -> None:
    assert seconds(value) == shown


def test_a_small_rate_is_shown_as_odds() -> None:
    assert [one_in(0.001), one_in(1 / 30), one_in(0.0)] == ["1 in 1,000", "1 in 30", "none seen"]
