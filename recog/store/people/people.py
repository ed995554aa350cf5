"""People: who is known, which faces are theirs, and which are not."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, insert, select

from recog.errors import DuplicatePersonError, UnknownPersonError
from recog.store.connection.database import Database
from recog.store.people.facts import confirmed_among
from recog.store.people.names import checked_name, name_key, name_keys, unknown_person
from recog.store.schema.encoding import chunks
from recog.store.schema.tables import (
    assignments,
    births,
    chosen_covers,
    distinct_people,
    faces,
    ignored_faces,
    never_shared,
    people,
    rejections,
    twins,
)
from recog.types import Origin, Person


class People:
    """The catalog's people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, *, hidden: bool = False) -> list[Person]:
        """Return all people by name, ignoring case; hidden people only if asked for."""
        with self._database.reading() as connection:
            everybody = [person_of(row) for row in connection.execute(select_people().order_by(people.c.name_key))]
        return [person for person in everybody if hidden or not person.hidden]

    def by_name(self, name: str) -> Person:
        """Return a person by name, ignoring case; an unknown name is an UnknownPersonError that suggests others."""
        with self._database.reading() as connection:
            person_id = person_called(connection, name)
            if person_id is None:
                raise unknown_person(name, connection.scalars(select(people.c.name)).all())
            return person_in(connection, person_id)

    def is_known(self, name: str) -> bool:
        """Return whether somebody has this name."""
        with self._database.reading() as connection:
            return person_called(connection, name) is not None

    def by_id(self, person_id: int) -> Person:
        """Return a person by number; an unknown number is an UnknownPersonError."""
        with self._database.reading() as connection:
            return person_in(connection, person_id)

    def by_ids(self, person_ids: Iterable[int]) -> dict[int, Person]:
        """Return people by number, hidden ones too; unknown numbers are left out."""
        found: dict[int, Person] = {}
        with self._database.reading() as connection:
            for ids in chunks(dict.fromkeys(person_ids)):
                rows = connection.execute(select_people().where(people.c.id.in_(ids)))
                found |= {row.id: person_of(row) for row in rows}
        return found

    def count(self) -> int:
        """Return the number of people who have a name, hidden ones too."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(people)).scalar_one()

    def confirmed_count(self) -> int:
        """Return the number of faces that a user named. The cost grows with it."""
        confirmed = assignments.c.origin == Origin.CONFIRMED.value
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(assignments).where(confirmed)).scalar_one()

    def confirmed_owners(self, face_ids: Iterable[int]) -> dict[int, int]:
        """Return the person of each of these faces that a user named, by face."""
        with self._database.reading() as connection:
            return dict(confirmed_among(connection, face_ids))

    def add(self, name: str) -> Person:
        """Add a person; raise DuplicatePersonError if the name is taken, ignoring case."""
        clean = checked_name(name)
        with self._database.writing() as connection:
            check_free(connection, clean, None)
            return person_in(connection, add_person(connection, clean))

    def rejections(self) -> dict[int, set[int]]:
        """Return the people that users rejected, by face."""
        found: dict[int, set[int]] = {}
        with self._database.reading() as connection:
            for face_id, person_id in connection.execute(select(rejections)):
                found.setdefault(face_id, set()).add(person_id)
        return found

    def ignored_faces(self) -> set[int]:
        """Return the ignored faces."""
        with self._database.reading() as connection:
            return set(connection.scalars(select(ignored_faces)))

    def never_shared(self) -> set[int]:
        """Return the people whom no shared picture may show."""
        with self._database.reading() as connection:
            return set(connection.scalars(select(never_shared)))

    def distinct_pairs(self) -> set[tuple[int, int]]:
        """Return the pairs of people, smaller number first, that a user said are not one person."""
        with self._database.reading() as connection:
            return {(row[0], row[1]) for row in connection.execute(select(distinct_people))}

    def twin_pairs(self) -> set[tuple[int, int]]:
        """Return the pairs of people, smaller number first, whom a user called twins."""
        with self._database.reading() as connection:
            return {(row[0], row[1]) for row in connection.execute(select(twins))}


def add_person(connection: Connection, name: str) -> int:
    """Add a person with a checked name that is free, and return the number."""
    row = {"name": name, "name_key": name_key(name), "hidden": False}
    return int(connection.execute(insert(people).values(row).returning(people.c.id)).scalar_one())


def person_called(connection: Connection, name: str) -> int | None:
    """Return the number of a person by name, ignoring case and invisible characters; None if nobody has it.

    An exact match comes first, because a library made under an older rule may hold two people with one key.
    """
    keys = name_keys(name)
    if keys:
        written = " ".join(unicodedata.normalize("NFC", name).split())
        if (exact := connection.scalar(select(people.c.id).where(people.c.name == written))) is not None:
            return int(exact)
    found = dict(connection.execute(select(people.c.name_key, people.c.id).where(people.c.name_key.in_(keys))).all())
    return next((found[key] for key in keys if key in found), None)


def person_in(connection: Connection, person_id: int) -> Person:
    """Return a person by number, inside a transaction; raise UnknownPersonError if there is none."""
    row = connection.execute(select_people().where(people.c.id == person_id)).first()
    if row is None:
        raise UnknownPersonError(f"nobody has the number {person_id}: the person was merged or forgotten")
    return person_of(row)


def select_people() -> Select[Any]:
    """Return the statement for all people with their faces counted by origin; narrow it with where().

    A chosen cover counts while its face is the person's; a library that an earlier recog kept may lack any other.
    """

    def counted(origin: Origin) -> Any:
        return func.coalesce(func.sum(case((assignments.c.origin == origin.value, 1), else_=0)), 0)

    confirmed = assignments.c.origin == Origin.CONFIRMED.value
    chosen = func.max(case((assignments.c.face_id == chosen_covers.c.face_id, assignments.c.face_id)))
    oldest = func.min(case((confirmed, assignments.c.face_id)))
    return (
        select(
            people,
            func.coalesce(chosen, people.c.cover_face_id, oldest).label("cover"),
            counted(Origin.CONFIRMED).label("confirmed"),
            counted(Origin.MATCHED).label("matched"),
            chosen_covers.c.face_id.label("chosen"),
            births.c.born,
        )
        .select_from(
            people.outerjoin(assignments, assignments.c.person_id == people.c.id)
            .outerjoin(chosen_covers, chosen_covers.c.person_id == people.c.id)
            .outerjoin(births, births.c.person_id == people.c.id)
        )
        .group_by(*people.c, chosen_covers.c.face_id, births.c.born)
    )


def person_of(row: Row[Any]) -> Person:
    """Return a row of `select_people` as a Person."""
    return person_of_values(row.id, row.name, row.hidden, row.cover, row.confirmed, row.matched, row.chosen, row.born)


def person_of_values(  # noqa: PLR0917 - the columns of a row
    number: int,
    name: str,
    hidden: bool | int,
    cover: int | None,
    confirmed: int,
    matched: int,
    chosen: int | None,
    born: str | None,
) -> Person:
    """Return the values of `select_people`, as a driver gives them, as a Person."""
    day = None if born is None else date.fromisoformat(born)
    return Person(number, name, bool(hidden), cover, int(confirmed), int(matched), chosen, day)


def check_free(connection: Connection, name: str, person_id: int | None) -> None:
    """Raise DuplicatePersonError if somebody else has the name; the person's own name is free under any older rule."""
    if connection.scalar(select(people.c.name).where(people.c.id == person_id)) == name:
        return
    taken = connection.execute(select(people.c.id, people.c.name).where(people.c.name_key == name_key(name))).first()
    if taken is not None and taken.id != person_id:
        raise DuplicatePersonError(
            f"somebody is called {taken.name!r} already: choose another name, or merge the two people"
        )


def existing_faces(connection: Connection, face_ids: Sequence[int]) -> set[int]:
    """Return those of these numbers that are faces."""
    found: set[int] = set()
    for ids in chunks(face_ids):
        found |= set(connection.scalars(select(faces.c.id).where(faces.c.id.in_(ids))))
    return found
