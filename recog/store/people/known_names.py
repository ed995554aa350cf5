"""The names of a library as a query knows them: whole, in part, and nearly."""

import re
from collections.abc import Sequence

from recog.store.people.names import name_key, name_keys, near_key, unknown_person
from recog.types import Person

_WORD = re.compile(r'[^\s,()"\u201c\u201d\u201e]+|[,()]')
"""What recog.query.words takes for a word of its own."""


class KnownNames:
    """The names of some people; recog.query.reading.Names."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        self._by_key = {name_key(person.name): person.id for person in people}
        self.longest = max((len(_WORD.findall(person.name)) for person in people), default=0)
        """The number of words of the longest name."""

    def called(self, text: str) -> int | None:
        """Return the number of the person with this name, ignoring case; None if nobody has it."""
        return next((self._by_key[key] for key in name_keys(text) if key in self._by_key), None)

    def partly(self, text: str) -> list[str]:
        """Return the names that hold these words one after the other, whatever their case and accents.

        The names of hidden people are left out.
        """
        wanted = f" {near_key(text)} "
        return [person.name for person in self._people if not person.hidden and wanted in f" {near_key(person.name)} "]

    def alike(self, text: str) -> tuple[str, ...]:
        """Return names that may have been meant, the likeliest first."""
        return unknown_person(text, [person.name for person in self._people]).alike
