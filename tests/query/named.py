"""People for queries: numbered from 1 in the order of their names."""

from collections.abc import Mapping

from recog.store.people.known_names import KnownNames
from recog.types import Person


def people(*names: str, hidden: bool = False) -> list[Person]:
    """Return a person for each name."""
    return [Person(number, name, hidden, None, 1, 0) for number, name in enumerate(names, start=1)]


def named(*names: str) -> KnownNames:
    """Return these names as a library knows them."""
    return KnownNames(people(*names))


def by_number(*names: str) -> Mapping[int, str]:
    """Return these names by the numbers of their people."""
    return {person.id: person.name for person in people(*names)}
