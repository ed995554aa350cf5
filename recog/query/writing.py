"""Write a condition as a query that is read as the same condition, so that users see how theirs was understood."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from recog.query.conditions import (
    Any,
    Condition,
    Every,
    FaceCount,
    InFolder,
    InMonth,
    Nameless,
    Not,
    Only,
    Shows,
    Taken,
    Undated,
)
from recog.query.dates import MONTHS
from recog.query.words import quoted


def written(condition: Condition, names: Mapping[int, str]) -> str:
    """Return the query; names are those of the people whom the condition names, by number."""
    match condition:
        case Shows(person_id):
            text = quoted(names[person_id])
        case Only(person_ids):
            text = "only " + " and ".join(quoted(names[one]) for one in person_ids)
        case Not(inner):
            text = f"not {_in_brackets(inner, names, (Every, Any, Only))}"
        case Every(conditions):
            text = " and ".join(_in_brackets(one, names, (Any, Only)) for one in conditions)
        case Any(conditions):
            text = " or ".join(written(one, names) for one in conditions)
        case InFolder(name):
            text = f"in {quoted(name)}"
        case InMonth(month):
            text = f"in {MONTHS[month - 1].title()}"
        case FaceCount(least, most):
            text = _number(least, most)
        case Taken(since, until):
            text = _days(since, until)
        case Nameless():
            text = "faces without a name"
        case Undated():
            text = "without a date"
    return text


def _in_brackets(condition: Condition, names: Mapping[int, str], kinds: tuple[type, ...]) -> str:
    text = written(condition, names)
    return f"({text})" if isinstance(condition, kinds) else text


def _number(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least} people"
    if least == most:
        return "1 person" if least == 1 else f"{least} people"
    return f"{least} to {most} people"


def _days(since: date | None, until: date | None) -> str:
    if since is None:
        return f"until {until}"
    if until is None:
        return f"since {since}"
    if since == until:
        return f"on {since}"
    if since.day == 1 and until == _month_end(since):
        return f"in {MONTHS[since.month - 1].title()} {since.year}"
    if (since.month, since.day, until.month, until.day) == (1, 1, 12, 31):
        return f"in {since.year}" if since.year == until.year else f"from {since.year} to {until.year}"
    return f"from {since} to {until}"


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
