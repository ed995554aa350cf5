"""Ages as people say them."""

from datetime import date

import pytest

from recog.render.ages import age_in_month, age_on

BORN = date(2016, 2, 29)


@pytest.mark.parametrize(
    ("day", "age"),
    [
        ("2016-02-28", ""),
        ("2016-02-29", "under a month"),
        ("2016-03-28", "under a month"),
        ("2016-03-29", "1 month"),
        ("2018-02-28", "23 months"),
        ("2018-03-01", "2 years"),
        ("2050-02-28", "33 years"),
        ("2050-03-01", "34 years"),
    ],
)
def test_an_age_is_told_in_months_first_and_in_whole_years_later(day: str, age: str) -> None:
    assert age_on(BORN, date.fromisoformat(day)) == age


@pytest.mark.parametrize(
    ("month", "age"),
    [
        ("2016-01", ""),
        ("2016-02", "under a month"),
        ("2016-03", "1 month"),
        ("2017-12", "22 months"),
        ("2020-02", "4 years"),
    ],
)
def test_the_age_of_a_month_is_the_one_reached_in_it(month: str, age: str) -> None:
    assert age_in_month(BORN, month) == age
