"""Dates make a comparison stricter, never easier: children count as farther, and years beyond the nearest photo too."""

from datetime import date
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recog.ageing import AGES, GROWTH, GROWTH_OF_CHILDREN, MARGINS, PersonTimes, margin
from recog.identify import identify
from recog.types import Match, Neighbour

ADA, BEN = 1, 2
DAYS = st.integers(date(1950, 1, 1).toordinal(), date(2030, 1, 1).toordinal())


def day(year: int) -> int:
    return date(year, 7, 1).toordinal()


def test_only_years_beyond_the_nearest_photo_of_the_person_count() -> None:
    both = PersonTimes(days={1: day(2010), 2: day(2020)})
    assert both.penalty(2, day(2020)) == 0
    assert both.penalty(1, day(2020)) == pytest.approx(10 * GROWTH, abs=1e-4)
    assert both.penalty(1, day(2021)) == pytest.approx(10 * GROWTH, abs=1e-4)
    assert PersonTimes(days={1: day(2010)}).penalty(1, day(2020)) == 0, "nothing nearer is known"


def test_a_child_grows_away_faster_and_its_strangers_are_nearer() -> None:
    child = PersonTimes(day(2005), {1: day(2010), 2: day(2020)})
    assert child.penalty(1, day(2020)) == pytest.approx(margin(5) + 10 * GROWTH_OF_CHILDREN, abs=1e-3)
    grown = PersonTimes(day(1980), {1: day(2010), 2: day(2020)})
    assert grown.penalty(1, day(2020)) == pytest.approx(10 * GROWTH, abs=1e-4)


def test_nobody_is_on_a_photo_from_before_the_birth() -> None:
    born = date(2010, 7, 1).toordinal()
    child = PersonTimes(born, {1: born + 10})
    assert child.penalty(1, born - 1) == inf
    assert child.penalty(1, born) < inf
    assert child.penalty(99, born - 1) == inf, "a face without a date is the person's all the same"


def test_the_margin_falls_with_age_and_is_zero_for_adults() -> None:
    assert [margin(age) for age in AGES] == list(MARGINS)
    assert margin(0) >= margin(5) >= margin(12) >= margin(18) >= margin(25) == margin(60) == 0
    assert margin(120) == margin(70) > 0


@given(st.none() | DAYS, st.dictionaries(st.integers(1, 5), DAYS), st.integers(1, 6), st.none() | DAYS)
def test_no_date_makes_a_face_nearer(born: int | None, days: dict[int, int], face: int, taken: int | None) -> None:
    times = PersonTimes(born, days)
    assert times.penalty(face, taken) >= 0
    if born is None and (taken is None or face not in days):
        assert times.penalty(face, taken) == 0


@given(st.dictionaries(st.integers(1, 5), DAYS, min_size=1), DAYS)
def test_some_face_is_always_compared_without_a_penalty_for_years(days: dict[int, int], taken: int) -> None:
    times = PersonTimes(None, days)
    assert min(times.penalty(face, taken) for face in days) == pytest.approx(0, abs=1e-12)


def test_the_face_of_the_right_time_wins_against_a_nearer_one_of_another_time() -> None:
    near = [Neighbour(1, 0.50), Neighbour(2, 0.70)]
    person_of = {1: ADA, 2: BEN}
    assert identify(near, person_of, threshold=1.0)[0] == Match(ADA, 0.50, 1)
    accepted, nearest = identify(near, person_of, threshold=1.0, penalties={1: 0.375})
    assert accepted == nearest == Match(BEN, 0.70, 1)


def test_a_penalty_refuses_and_is_told() -> None:
    accepted, nearest = identify([Neighbour(1, 0.75)], {1: ADA}, threshold=1.0, penalties={1: 0.5})
    assert accepted is None
    assert nearest == Match(ADA, 1.25, 0, 0.5)


def test_a_face_from_before_the_birth_does_not_count() -> None:
    assert identify([Neighbour(1, 0.1)], {1: ADA}, threshold=1.0, penalties={1: inf}) == (None, None)


@given(
    st.lists(st.tuples(st.floats(0, 4), st.floats(0, 1)), min_size=1, max_size=8),
    st.lists(st.integers(ADA, BEN), min_size=8, max_size=8),
)
def test_who_is_unknown_without_dates_is_unknown_with_them(faces: list[tuple[float, float]], owners: list[int]) -> None:
    near = [Neighbour(row, squared) for row, (squared, _) in enumerate(faces)]
    penalties = {row: added for row, (_, added) in enumerate(faces)}
    without = identify(near, dict(enumerate(owners)), threshold=1.0)
    assert identify(near, dict(enumerate(owners)), threshold=1.0, penalties={}) == without
    if without[0] is None:
        assert identify(near, dict(enumerate(owners)), threshold=1.0, penalties=penalties)[0] is None
