"""A snapshot of the catalog for an identification: its version, the owners of faces, and people, in microseconds.

SQLite is asked through its driver, with statements compiled at import, on a connection that is kept: SQLAlchemy takes
six times as long as SQLite (three questions: 90 microseconds instead of 510; see docs/decisions/store-snapshots.md).
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, select
from sqlalchemy.dialects import sqlite

from recog.ageing import PersonTimes
from recog.quality import SURE_SCORE
from recog.store.connection.database import Database, Reader
from recog.store.people.people import person_of_values, select_people
from recog.store.schema.encoding import chunks
from recog.store.schema.photo_dates import day_of, has_own_date
from recog.store.schema.tables import assignments, births, faces, people, photos
from recog.types import Origin, Person


class Snapshot(ABC):
    """The catalog as one read-only transaction sees it; on PostgreSQL each question may see a later state."""

    @abstractmethod
    def version(self) -> Hashable:
        """Return the version of this snapshot, as `Catalog.version` does: equal versions are equal snapshots."""

    @abstractmethod
    def _rows(self, question: "_Question", ids: Iterable[int]) -> Iterator[Any]:
        """Return the rows that answer a question."""

    def confirmed_people(self, face_ids: Iterable[int]) -> dict[int, int]:
        """Return the person of each of these faces that a user confirmed, by face."""
        return dict(self._rows(_WHOSE, face_ids))

    def lending_people(self, face_ids: Iterable[int]) -> dict[int, int]:
        """Return the same for the faces of which the detector was sure: only these lend their names to others."""
        return dict(self._rows(_LENT, face_ids))

    def people_by_id(self, person_ids: Iterable[int]) -> dict[int, Person]:
        """Return people by number, hidden ones too; unknown numbers are left out."""
        return {row[0]: person_of_values(*row) for row in self._rows(_PEOPLE, dict.fromkeys(person_ids))}

    def times(self, person_ids: Iterable[int]) -> dict[int, PersonTimes]:
        """Return the birth dates of people, and the dates of their faces that lend their names, by person."""
        wanted = dict.fromkeys(person_ids)
        born = {person_id: date.fromisoformat(day).toordinal() for person_id, day in self._rows(_BORN, wanted)}
        days: dict[int, dict[int, int]] = {person_id: {} for person_id in wanted}
        for person_id, face_id, taken_at in self._rows(_TAKEN, wanted):
            days[person_id][face_id] = day_of(taken_at)
        return {person_id: PersonTimes(born.get(person_id), days[person_id]) for person_id in wanted}


@contextmanager
def snapshot_of(database: Database) -> Iterator[Snapshot]:
    """Open a snapshot of the catalog as it is now, or share that of `repeatable_reads`, until the block ends."""
    if database.reads_are_repeatable or not database.is_sqlite:
        with database.reading() as connection:
            yield (_RepeatableSnapshot if database.reads_are_repeatable else _ServerSnapshot)(connection)
        return
    before = database.version()
    with database.reader() as reader:
        reader.connection.execute("BEGIN")
        reader.connection.execute("PRAGMA data_version").fetchone()  # BEGIN alone takes no snapshot yet
        yield _FileSnapshot(database, reader, before)
        reader.connection.rollback()


@dataclass(frozen=True, slots=True)
class _Question:
    """A statement about rows with given ids, for each engine; SQLite takes the ids as one JSON array."""

    server: Select[Any]
    file: str


class _ServerSnapshot(Snapshot):
    """On PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def version(self) -> Hashable:
        return str(self._connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())

    def _rows(self, question: _Question, ids: Iterable[int]) -> Iterator[Any]:
        for some in chunks(ids):
            yield from self._connection.execute(question.server, {"ids": some})


class _RepeatableSnapshot(_ServerSnapshot):
    """On either engine, in the transaction of `Catalog.repeatable_reads`."""

    def version(self) -> Hashable:
        """Return a value that equals no other: what was built from this snapshot must not pass for a later one."""
        return object()


class _FileSnapshot(Snapshot):
    """On SQLite."""

    def __init__(self, database: Database, reader: Reader, before: Hashable) -> None:
        """before: the catalog's version just before this snapshot was taken."""
        self._database = database
        self._connection = reader.connection
        self._before = before

    def version(self) -> Hashable:
        """If somebody wrote since, return a value that equals no other: which state the snapshot has is not known."""
        return self._before if self._database.version() == self._before else object()

    def _rows(self, question: "_Question", ids: Iterable[int]) -> Iterator[Any]:
        return self._connection.execute(question.file, (json.dumps([*ids]),))


def _question(statement: Select[Any], column: ColumnElement[int]) -> _Question:
    """Restrict a statement to the rows whose column is one of the ids; the caller passes each id once."""
    asked = func.json_each(literal_column("?")).table_valued("value")
    file = statement.where(column == asked.c.value)
    spelled_out = file.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return _Question(statement.where(column.in_(bindparam("ids", expanding=True))), str(spelled_out))


def _whose() -> _Question:
    confirmed: ColumnElement[bool] = assignments.c.origin == Origin.CONFIRMED.value
    return _question(select(assignments.c.face_id, assignments.c.person_id).where(confirmed), assignments.c.face_id)


def _lends() -> ColumnElement[bool]:
    return (assignments.c.origin == Origin.CONFIRMED.value) & (faces.c.score >= SURE_SCORE)


def _lent() -> _Question:
    sure = assignments.join(faces, faces.c.id == assignments.c.face_id)
    whose = select(assignments.c.face_id, assignments.c.person_id).select_from(sure).where(_lends())
    return _question(whose, assignments.c.face_id)


def _people() -> _Question:
    counted = select_people()
    found = counted.selected_columns
    row = (people.c.id, people.c.name, people.c.hidden, found.cover, found.confirmed, found.matched)
    return _question(counted.with_only_columns(*row, found.chosen, found.born), people.c.id)


def _born() -> _Question:
    return _question(select(births.c.person_id, births.c.born), births.c.person_id)


def _taken() -> _Question:
    shown = assignments.join(faces, faces.c.id == assignments.c.face_id).join(photos, photos.c.id == faces.c.photo_id)
    when = select(assignments.c.person_id, assignments.c.face_id, photos.c.taken_at).select_from(shown)
    return _question(when.where(_lends(), has_own_date()), assignments.c.person_id)


_WHOSE, _LENT, _PEOPLE, _BORN, _TAKEN = _whose(), _lent(), _people(), _born(), _taken()
