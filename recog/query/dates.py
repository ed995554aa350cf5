"""Dates in a query: '2019', 'March 2020', '2015-06-01', 'from 2018 to 2020', 'before June 2015', 'March'."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from recog.errors import QueryError
from recog.query.conditions import Condition, InMonth, Taken
from recog.query.words import Kind, Word

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WHOLE_MONTHS = {name: number for number, name in enumerate(MONTHS, 1)}
_MONTH_OF = {name[:3]: number for name, number in _WHOLE_MONTHS.items()} | {"sept": 9} | _WHOLE_MONTHS
_YEAR = re.compile(r"[12]\d{3}")
_YEARS = re.compile(r"([12]\d{3})(?:-|\u2013|\.\.)([12]\d{3})")
_ISO = re.compile(r"([12]\d{3})-(\d{1,2})(?:-(\d{1,2}))?")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?")
_OTHER_ORDER = re.compile(r"\d{1,4}[./]\d{1,2}(?:[./]\d{1,4})?")

_WITHIN = frozenset(("in", "on", "of", "during"))
_SINCE, _BETWEEN = frozenset(("from", "since")), frozenset(("between",))
_UNTIL = frozenset(("until", "till", "to"))
_BEFORE, _AFTER, _AND = frozenset(("before",)), frozenset(("after",)), frozenset(("and",))


@dataclass(frozen=True, slots=True)
class _Period:
    """The first and the last day that an expression means, and the place after its last word."""

    first: date
    last: date
    after: int


def date_at(query: str, words: Sequence[Word], place: int) -> tuple[Condition, int] | None:
    """Read the dates that begin at a word; returns them with the place of the next word, None if there are none.

    Raises:
        QueryError: the words can only be a date, but there is no such day, or the dates run backwards.
    """
    dates = _Dates(query, words)
    word = words[place]
    if word.means(_BEFORE | _AFTER | _UNTIL | _SINCE | _BETWEEN):
        return dates.bounded(place)
    start = place + word.means(_WITHIN)
    period = dates.period(start)
    if period is None:
        month = dates.whole_month(start)
        return None if month is None else (InMonth(month), start + 1)
    until = dates.after(period.after, _UNTIL)
    if until is None or start > place:
        return Taken(period.first, period.last), period.after
    return dates.range(place, period, until)


class _Dates:
    """Reads dates among the words of one query."""

    def __init__(self, query: str, words: Sequence[Word]) -> None:
        self._query = query
        self._words = words

    def bounded(self, place: int) -> tuple[Condition, int] | None:
        """Read dates after one of before, after, until, since, from or between."""
        word, period = self._words[place], self.period(place + 1)
        if period is None:
            return None
        if word.means(_BEFORE):
            return Taken(None, period.first - timedelta(days=1)), period.after
        if word.means(_AFTER):
            return Taken(period.last + timedelta(days=1), None), period.after
        if word.means(_UNTIL):
            return Taken(None, period.last), period.after
        until = self.after(period.after, _AND if word.means(_BETWEEN) else _UNTIL)
        if until is not None:
            return self.range(place, period, until)
        if word.means(_BETWEEN):
            raise self._error("'between' needs two dates, as in: between 2018 and 2020", place, period.after)
        return Taken(period.first, None), period.after

    def after(self, place: int, joining: frozenset[str]) -> _Period | None:
        """Read a date after one of these words."""
        if place < len(self._words) and self._words[place].means(joining):
            return self.period(place + 1)
        return None

    def range(self, place: int, period: _Period, until: _Period) -> tuple[Condition, int]:
        """Return the days from one date to another."""
        if until.last < period.first:
            raise self._error("these dates run backwards: write the earlier one first", place, until.after)
        return Taken(period.first, until.last), until.after

    def period(self, place: int) -> _Period | None:
        """Read a day, a month with its year, or a year."""
        text = self._text(place)
        if years := _YEARS.fullmatch(text):
            first, last = int(years[1]), int(years[2])
            if last < first:
                raise self._error("these dates run backwards: write the earlier one first", place, place + 1)
            return _Period(date(first, 1, 1), date(last, 12, 31), place + 1)
        if _YEAR.fullmatch(text):
            return _Period(date(int(text), 1, 1), date(int(text), 12, 31), place + 1)
        if iso := _ISO.fullmatch(text):
            return self._days(int(iso[1]), int(iso[2]), int(iso[3]) if iso[3] else None, place, place + 1)
        if _OTHER_ORDER.fullmatch(text):
            raise self._error(
                "a date is written as year-month-day, such as 2015-06-01, or as 1 June 2015", place, place + 1
            )
        return self._in_words(place)

    def whole_month(self, place: int) -> int | None:
        """Read the whole name of a month: Jan alone is rather a person."""
        return _WHOLE_MONTHS.get(self._text(place))

    def month(self, place: int) -> int | None:
        """Read the name of a month, or its first three letters."""
        return _MONTH_OF.get(self._text(place).rstrip("."))

    def _in_words(self, place: int) -> _Period | None:
        """Read 'June 2015', '1 June 2015' or 'June 1, 2015'."""
        month, day = self.month(place), self._day(place)
        if day is not None and (month := self.month(place + 1)) is not None:
            year = self._year(place + 2)
            return None if year is None else self._days(year, month, day, place, place + 3)
        if month is None:
            return None
        if (year := self._year(place + 1)) is not None:
            return self._days(year, month, None, place, place + 2)
        comma = place + 2 < len(self._words) and self._words[place + 2].kind is Kind.COMMA
        day, year = self._day(place + 1), self._year(place + 2 + comma)
        return None if day is None or year is None else self._days(year, month, day, place, place + 3 + comma)

    def _days(self, year: int, month: int, day: int | None, place: int, after: int) -> _Period:
        if not 1 <= month <= 12:
            raise self._error(f"there is no month {month}: a date is written as year-month-day", place, after)
        last = monthrange(year, month)[1]
        if day is None:
            return _Period(date(year, month, 1), date(year, month, last), after)
        if not 1 <= day <= last:
            raise self._error(f"{MONTHS[month - 1].title()} {year} has {last} days, not {day}", place, after)
        return _Period(date(year, month, day), date(year, month, day), after)

    def _day(self, place: int) -> int | None:
        found = _DAY.fullmatch(self._text(place))
        return None if found is None else int(found[1])

    def _year(self, place: int) -> int | None:
        text = self._text(place)
        return int(text) if _YEAR.fullmatch(text) else None

    def _text(self, place: int) -> str:
        """Return a word in lower case; '' after the last word, and for what stands in quotes."""
        if place >= len(self._words) or self._words[place].kind is not Kind.WORD:
            return ""
        return self._words[place].text.lower()

    def _error(self, sentence: str, place: int, after: int) -> QueryError:
        return QueryError(sentence, self._query, self._words[place].start, self._words[after - 1].end)
