"""Read queries with the names of a library, and tell how they were read."""

from dataclasses import dataclass

from recog.library.browsing.timeline import ListedPhoto, TimelineMonth
from recog.query.conditions import Query, people_in
from recog.query.reading import read_query
from recog.query.writing import written
from recog.store.catalog import Catalog
from recog.store.people.known_names import KnownNames
from recog.types import Person


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """A query, how it was read (a query again), and the people whom it names, in its order."""

    query: Query
    read_as: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Photos that fit a query, from place `start` on (0 is the newest), of `all`; months are those of all of them."""

    query: str
    read_as: str
    people: tuple[Person, ...]
    all: int
    start: int
    photos: tuple[ListedPhoto, ...]
    months: tuple[TimelineMonth, ...]


def asked(catalog: Catalog, text: str) -> AskedQuery:
    """Read a query; a text that is none is a QueryError."""
    people = catalog.people.all(hidden=True)
    query = read_query(text, KnownNames(people))
    by_id = {person.id: person for person in people}
    named = tuple(by_id[one] for one in people_in(query.condition))
    return AskedQuery(query, written(query.condition, {one.id: one.name for one in named}), named)
