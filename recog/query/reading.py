"""Read a query.

docs/reference/find.md explains the language to users. This is its grammar, first what binds loosest::

    query     = all { "or" all }
    all       = part { [ "and" | "with" | "," ] part }
    part      = "(" query ")" | "not" part | "without" names | "without" part | only | NAME
              | DATES | FACES | "in" FOLDER
    names     = NAME { ( "and" | "or" | "," ) NAME }
    only      = "only" NAME { ( "and" | "with" | "," ) NAME }

Wherever a part may begin, the longest known name is looked for first. A name of one word that is a word of the language
(words.KEPT) needs quotes. A date or a number of people of more words than the name is preferred to it: of somebody who
is called May, "May 2020" is the month, and "May, 2020" is the person.
"""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Protocol

from recog.errors import QueryError
from recog.query.conditions import Condition, InFolder, Not, Only, Query, Shows, any_of, every
from recog.query.counts import phrase_at
from recog.query.dates import date_at
from recog.query.words import AND, FOLDER, KEPT, NOT, ONLY, OR, WITHOUT, Kind, Word, words_of

LONGEST = 1000
"""Most characters of a query."""
DEEPEST = 20
"""Most brackets and "not" inside each other."""
_PHOTOS = frozenset(("photo", "photos", "picture", "pictures"))
_OF = frozenset(("of", "showing", "with"))


class Names(Protocol):
    """The names that a query may hold."""

    @property
    def longest(self) -> int:
        """The number of words of the longest name."""

    def called(self, text: str) -> int | None:
        """Return the number of the person with this name, None if nobody has it."""

    def partly(self, text: str) -> Sequence[str]:
        """Return the names that these words are a part of."""

    def alike(self, text: str) -> tuple[str, ...]:
        """Return names that may have been meant, the likeliest first."""


def read_query(text: str, names: Names) -> Query:
    """Read a query.

    Raises:
        QueryError: the text is none; the error tells the place.
    """
    if len(text) > LONGEST:
        raise QueryError(f"a query has at most {LONGEST} characters, this one has {len(text)}", text[:LONGEST], 0, 0)
    words = words_of(text)
    if not words:
        raise QueryError("this asks for nothing: name a person, a date or a folder", text, 0, len(text))
    return Query(text, _Reader(text, words, names).whole())


class _Reader:
    """Reads the words of one query from left to right."""

    def __init__(self, query: str, words: Sequence[Word], names: Names) -> None:
        self._query = query
        self._words = words
        self._names = names
        self._place = 0
        self._depth = 0

    def whole(self) -> Condition:
        if self._means(_PHOTOS) and len(self._words) > 1 and self._name() is None:
            self._place += 1
            self._skip(_OF)
        found = self._alternatives()
        if self._place < len(self._words):
            raise self._error("this bracket closes nothing: leave it out")
        return found

    def _alternatives(self) -> Condition:
        found = [self._together()]
        while self._joins(OR):
            found.append(self._together())
        return any_of(found)

    def _together(self) -> Condition:
        found = [self._part()]
        while self._place < len(self._words):
            if self._words[self._place].kind is Kind.CLOSE or (self._means(OR) and self._name() is None):
                break
            if not self._joins(AND):
                self._joins_by_comma()
            found.append(self._part())
        return every(found)

    def _part(self) -> Condition:
        if self._place == len(self._words):
            raise self._error("the query ends here, and a name or another condition is missing", last=True)
        word = self._words[self._place]
        if word.kind is Kind.QUOTED:
            return self._person()
        if word.kind is Kind.OPEN and self._name() is None:
            return self._inside(self._bracket)
        if word.kind in {Kind.CLOSE, Kind.COMMA}:
            raise self._error(f"{word.text!r} stands where a name or another condition is missing")
        return self._in_words(word)

    def _in_words(self, word: Word) -> Condition:
        found = self._name_or_phrase()
        if found is not None:
            return found
        if word.means(NOT):
            self._place += 1
            return self._inside(lambda: Not(self._part()))
        if word.means(WITHOUT):
            return self._without()
        if word.means(ONLY):
            self._place += 1
            return Only(tuple(dict.fromkeys(self._people(AND))))
        return self._folder() if word.means(FOLDER) else self._person()

    def _name_or_phrase(self) -> Condition | None:
        """Read a whole name, a date or a number of people, whichever has the most words; a name if they are equal."""
        name, query, words = self._name(), self._query, self._words
        found: list[tuple[Condition, int]] = [] if name is None else [(Shows(name[0]), name[1])]
        found += [read for read in (phrase_at(words, self._place), date_at(query, words, self._place)) if read]
        if not found:
            return None
        condition, self._place = max(found, key=lambda read: read[1])
        return condition

    def _inside(self, read: Callable[[], Condition]) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"more than {DEEPEST} brackets are inside each other: ask more simply")
        found = read()
        self._depth -= 1
        return found

    def _bracket(self) -> Condition:
        opened = self._words[self._place]
        self._place += 1
        found = self._alternatives()
        if self._place == len(self._words):
            raise QueryError("the bracket that opens here is not closed", self._query, opened.start, opened.end)
        self._place += 1
        return found

    def _without(self) -> Condition:
        self._place += 1
        if self._place < len(self._words) and self._someone() is not None:
            return every(Not(Shows(person_id)) for person_id in self._people(AND | OR))
        return self._inside(lambda: Not(self._part()))

    def _people(self, joining: frozenset[str]) -> list[int]:
        """Read names that are joined by one of these words or commas; stop before what is no name."""
        if self._place == len(self._words):
            raise self._error("the query ends here, and a name is missing", last=True)
        found = [self._shown()]
        while self._place < len(self._words):
            before = self._place
            if not self._joins(joining) and not self._joins_by_comma():
                break
            someone = self._someone() if self._place < len(self._words) else None
            if someone is None:
                self._place = before
                break
            self._place = someone[1]
            found.append(someone[0])
        return found

    def _folder(self) -> Condition:
        self._place += 1
        if self._means(frozenset(("folder",))):  # "in folder Rome"
            self._place += 1
        if self._place == len(self._words) or self._words[self._place].kind not in {Kind.WORD, Kind.QUOTED}:
            raise self._error("the name of a folder is missing", last=self._place == len(self._words))
        word = self._words[self._place]
        if not word.text.strip("/"):
            raise self._error("this is the name of no folder")
        self._place += 1
        return InFolder(word.text)

    def _person(self) -> Condition:
        return Shows(self._shown())

    def _shown(self) -> int:
        """Read a name, whole or a part that one person alone has."""
        someone = self._someone()
        if someone is None:
            raise self._unknown()
        self._place = someone[1]
        return someone[0]

    def _someone(self) -> tuple[int, int] | None:
        """Return the person whose name begins at this word, and the place after it; None if it is nobody's."""
        if (name := self._name()) is not None:
            return name
        word = self._words[self._place]
        if word.means(KEPT) or word.kind not in {Kind.WORD, Kind.QUOTED} or self._is_condition(self._place):
            return None
        run = 1 if word.kind is Kind.QUOTED else len(self._run())
        for after in range(self._place + run, self._place, -1):
            text = word.text if word.kind is Kind.QUOTED else self._raw(self._place, after)
            meant = self._names.partly(text)
            if len(meant) > 1:
                told = " or ".join(map(repr, meant[:3])) + (" or another" if len(meant) > 3 else "")
                raise self._error(f"{text!r} may be {told}: write the whole name", after=after, alike=tuple(meant))
            if meant and (person_id := self._names.called(meant[0])) is not None:
                return person_id, after
        return None

    def _is_condition(self, place: int) -> bool:
        """Return whether a word begins a date or a number of people."""
        return date_at(self._query, self._words, place) is not None or phrase_at(self._words, place) is not None

    def _name(self) -> tuple[int, int] | None:
        """Return the person with the longest known name that begins at this word, and the place after it."""
        word = self._words[self._place]
        if word.kind is Kind.QUOTED and (person_id := self._names.called(word.text)) is not None:
            return person_id, self._place + 1
        for after in range(min(len(self._words), self._place + self._names.longest), self._place, -1):
            if after == self._place + 1 and (word.means(KEPT) or word.kind is not Kind.WORD):
                return None
            if (person_id := self._names.called(self._raw(self._place, after))) is not None:
                return person_id, after
        return None

    def _run(self) -> list[Word]:
        """Return the words from here on that may be of one name: up to a word of the language, a date or a number."""
        ahead = range(self._place, min(len(self._words), self._place + max(1, self._names.longest)))
        return [self._words[place] for place in takewhile(self._may_be_of_a_name, ahead)]

    def _may_be_of_a_name(self, place: int) -> bool:
        word = self._words[place]
        return (
            word.kind is Kind.WORD and not word.means(KEPT) and (place == self._place or not self._is_condition(place))
        )

    def _unknown(self) -> QueryError:
        word = self._words[self._place]
        if self._is_condition(self._place):
            return self._error(f"a name belongs here, not {word.text!r}")
        run = [word] if word.kind is Kind.QUOTED else self._run()
        if not run:
            return self._error(f"{word.text!r} is a word of the query language: somebody's name is written in quotes")
        text = word.text if word.kind is Kind.QUOTED else self._raw(self._place, self._place + len(run))
        if alike := self._names.alike(text):
            said = f"nobody is called {text!r}; did you mean {' or '.join(map(repr, alike))}?"
        else:
            said = (
                f"nobody is called {text!r}, and it is no date and no number of people; a folder is 'in {run[0].text}'"
            )
        return self._error(said, after=self._place + len(run), alike=alike)

    def _means(self, words: frozenset[str]) -> bool:
        return self._place < len(self._words) and self._words[self._place].means(words)

    def _joins(self, words: frozenset[str]) -> bool:
        """Pass a joining word, unless a name begins with it."""
        if not self._means(words) or self._name() is not None:
            return False
        self._place += 1
        return True

    def _joins_by_comma(self) -> bool:
        if self._place < len(self._words) and self._words[self._place].kind is Kind.COMMA:
            self._place += 1
            self._skip(AND)
            return True
        return False

    def _skip(self, words: frozenset[str]) -> None:
        if self._means(words) and self._name() is None:
            self._place += 1

    def _raw(self, place: int, after: int) -> str:
        return self._query[self._words[place].start : self._words[after - 1].end]

    def _error(
        self, sentence: str, *, last: bool = False, after: int | None = None, alike: tuple[str, ...] = ()
    ) -> QueryError:
        """Make the error about the words from here to `after`, or with `last` about the end of the query."""
        if last:
            return QueryError(sentence, self._query, len(self._query), len(self._query))
        end = self._words[self._place if after is None else after - 1].end
        return QueryError(sentence, self._query, self._words[self._place].start, end, alike=alike)
