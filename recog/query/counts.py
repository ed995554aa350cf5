"""How many faces a photo shows, and phrases for faces without name and photos without date."""

import re
from collections.abc import Sequence

from recog.query.conditions import Condition, FaceCount, Nameless, Undated
from recog.query.words import Kind, Word

GROUP = 3
"""Least number of faces of a group."""
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DIGITS = re.compile(r"\d{1,4}")
_NOUNS = r"(?:people|persons?|faces?)"
_NUMBER = rf"(\d{{1,4}}|{'|'.join(_SMALL)})"
_COUNTS: tuple[tuple[re.Pattern[str], int, int | None], ...] = tuple(
    (re.compile(pattern), least, most)
    for pattern, least, most in (
        (rf"(?:exactly )?{_NUMBER} {_NOUNS}", 0, 0),
        (rf"at least {_NUMBER} {_NOUNS}", 0, None),
        (rf"{_NUMBER} or more {_NOUNS}", 0, None),
        (rf"more than {_NUMBER} {_NOUNS}", 1, None),
    )
)
"""Phrases with one number, what is added to it for the least number, and for the most; None for no limit."""
_AT_MOST = (
    (re.compile(rf"at most {_NUMBER} {_NOUNS}"), 0),
    (re.compile(rf"(?:fewer|less) than {_NUMBER} {_NOUNS}"), -1),
)
_BETWEEN = re.compile(rf"{_NUMBER} (?:to|or) {_NUMBER} {_NOUNS}")
_PHRASES: tuple[tuple[re.Pattern[str], Condition], ...] = tuple(
    (re.compile(pattern), condition)
    for pattern, condition in (
        (r"(?:a )?groups?", FaceCount(GROUP, None)),
        (r"alone", FaceCount(1, 1)),
        (r"nobody", FaceCount(0, 0)),
        (r"(?:somebody |(?:a )?faces? )?(?:unknown|unnamed|nameless)(?: people| persons?| faces?)?", Nameless()),
        (r"(?:somebody|(?:a )?faces?) without (?:a )?name", Nameless()),
        (r"undated|(?:without|no) (?:a )?date", Undated()),
    )
)
_LONGEST = 6
"""Most words of a phrase."""


def phrase_at(words: Sequence[Word], place: int) -> tuple[Condition, int] | None:
    """Read the longest phrase that begins at a word; returns it with the place of the next word, None without one."""
    for after in range(min(len(words), place + _LONGEST), place, -1):
        if all(word.kind is Kind.WORD for word in words[place:after]):
            text = " ".join(word.text.lower() for word in words[place:after])
            if (condition := _meaning(text)) is not None:
                return condition, after
    return None


def _meaning(text: str) -> Condition | None:
    for phrase, condition in _PHRASES:
        if phrase.fullmatch(text):
            return condition
    for phrase, least, most in _COUNTS:
        if found := phrase.fullmatch(text):
            number = _number(found[1])
            return FaceCount(number + least, None if most is None else number + most)
    for phrase, less in _AT_MOST:
        if (found := phrase.fullmatch(text)) and (most := _number(found[1]) + less) >= 0:
            return FaceCount(0, most)
    if found := _BETWEEN.fullmatch(text):
        return FaceCount(*sorted((_number(found[1]), _number(found[2]))))
    return None


def _number(text: str) -> int:
    return int(text) if _DIGITS.fullmatch(text) else _SMALL.index(text)
