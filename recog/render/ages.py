"""How old somebody was on a day, as people say it."""

from datetime import date, timedelta

from recog.render.figures import count
from recog.render.language import gettext

IN_MONTHS = 24
"""Months below which an age is told in months."""


def age_on(born: date, day: date) -> str:
    """Write '34 years', or '7 months' for a small child; '' for a day before the birth."""
    months = 12 * (day.year - born.year) + day.month - born.month - (day.day < born.day)
    if day < born:
        return ""
    if months < 1:
        return gettext("under a month")
    return count(months, "month") if months < IN_MONTHS else count(months // 12, "year")


def age_in_month(born: date, month: str) -> str:
    """Write the age that somebody reached in a month, 'YYYY-MM'."""
    first = date.fromisoformat(f"{month}-01")
    return age_on(born, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
