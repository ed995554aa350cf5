"""The words of a query, with their places, and the words that the language keeps for itself."""

import re
from dataclasses import dataclass
from enum import Enum

from recog.errors import QueryError

AND = frozenset(("and", "with", "&"))
OR = frozenset(("or",))
NOT = frozenset(("not",))
WITHOUT = frozenset(("without", "except"))
ONLY = frozenset(("only", "just"))
FOLDER = frozenset(("folder", "in"))
KEPT = (
    AND
    | OR
    | NOT
    | WITHOUT
    | ONLY
    | FOLDER
    | frozenset(("after", "at", "before", "between", "during", "from", "of", "on", "since", "till", "to", "until"))
)
"""Words that are never a name by themselves, unless they stand in quotes."""
_QUOTES = {'"': '"', "\u201c": "\u201d", "\u201e": "\u201c"}
_QUOTES_THAT_CLOSE = {"\u201e": "\u201c\u201d"}


class Kind(Enum):
    """What a word of a query is."""

    WORD = "word"
    QUOTED = "quoted"
    COMMA = ","
    OPEN = "("
    CLOSE = ")"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or what stands in quotes, from character `start` to `end` of the query; text has no quotes."""

    kind: Kind
    text: str
    start: int
    end: int

    def means(self, words: frozenset[str]) -> bool:
        """Return whether this is one of these words of the language."""
        return self.kind is Kind.WORD and self.text.lower() in words


_PLAIN = re.compile(r'[^\s,()"\u201c\u201d\u201e]+')
_MARKS = {mark.value: mark for mark in (Kind.COMMA, Kind.OPEN, Kind.CLOSE)}


def words_of(query: str) -> list[Word]:
    """Split a query into words; quotes keep what is in them together, and a doubled quote stands for one.

    Raises:
        QueryError: a quote is not closed.
    """
    found: list[Word] = []
    place = 0
    while place < len(query):
        character = query[place]
        if character.isspace():
            place += 1
        elif character in _MARKS:
            found.append(Word(_MARKS[character], character, place, place + 1))
            place += 1
        elif character in _QUOTES:
            found.append(_quoted(query, place))
            place = found[-1].end
        elif plain := _PLAIN.match(query, place):
            found.append(Word(Kind.WORD, plain[0], place, plain.end()))
            place = plain.end()
        else:
            raise QueryError("this quote closes nothing: leave it out", query, place, place + 1)
    return found


def quoted(name: str) -> str:
    """Return the name in quotes, so that it is read as a name."""
    return '"' + name.replace('"', '""') + '"'


def _quoted(query: str, start: int) -> Word:
    closing = _QUOTES_THAT_CLOSE.get(query[start], _QUOTES[query[start]])
    text, place = "", start + 1
    while place < len(query):
        if query[place] not in closing:
            text += query[place]
        elif query[place] == '"' and query[place + 1 : place + 2] == '"':
            text += '"'
            place += 1
        else:
            return Word(Kind.QUOTED, text, start, place + 1)
        place += 1
    raise QueryError("the quote that opens here is not closed", query, start, len(query))
