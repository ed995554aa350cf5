"""One state of the catalog, asked in microseconds what an identification needs: versions, whose faces, which people.

SQLite is asked through its driver, with statements compiled at import, on a connection that is kept for it:
SQLAlchemy's own work was six times SQLite's (three questions: 90 microseconds instead of 510), and its pool's lending
of a connection 23 of 37 that a transaction's beginning and end took.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, select
from sqlalchemy.dialects import sqlite

from recog.quality import SURE_SCORE
from recog.store.connection.database import Database, Reader
from recog.store.people.people import select_people
from recog.store.schema.encoding import chunks
from recog.store.schema.tables import assignments, faces, people
from recog.types import Origin, Person


class Snapshot(ABC):
    """The catalog as it is in one transaction that only reads; on PostgreSQL each question may see a later state."""

    @abstractmethod
    def version(self) -> Hashable:
        """Return the version of this snapshot, as `Catalog.version` does: equal versions are equal snapshots."""

    @abstractmethod
    def _rows(self, question: "_Question", ids: Iterable[int]) -> Iterator[Any]:
        """The answer's rows."""

    def confirmed_people(self, face_ids: Iterable[int]) -> dict[int, int]:
        """Whose these faces are by a human's word: person by face; nobody's, and unknown ones, are left out."""
        return dict(self._rows(_WHOSE, face_ids))

    def lending_people(self, face_ids: Iterable[int]) -> dict[int, int]:
        """The same, of the faces alone of which the detector was sure: these lend their names to others."""
        return dict(self._rows(_LENT, face_ids))

    def people_by_id(self, person_ids: Iterable[int]) -> dict[int, Person]:
        """People by number, hidden ones too; unknown numbers are left out."""
        return {
            number: Person(number, name, bool(hidden), cover, int(confirmed), int(matched))
            for number, name, hidden, cover, confirmed, matched in self._rows(_PEOPLE, dict.fromkeys(person_ids))
        }


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
    """A statement about rows of some ids, as each engine is asked; SQLite's takes them as one JSON array."""

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
        """Another one each time: what was made of an earlier state is no later one's."""
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
    """A statement, of the rows alone whose column is one of the ids; each of which is asked about once."""
    asked = func.json_each(literal_column("?")).table_valued("value")
    file = statement.where(column == asked.c.value)
    spelled_out = file.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return _Question(statement.where(column.in_(bindparam("ids", expanding=True))), str(spelled_out))


def _whose() -> _Question:
    confirmed: ColumnElement[bool] = assignments.c.origin == Origin.CONFIRMED.value
    return _question(select(assignments.c.face_id, assignments.c.person_id).where(confirmed), assignments.c.face_id)


def _lent() -> _Question:
    sure = assignments.join(faces, faces.c.id == assignments.c.face_id)
    lent = (assignments.c.origin == Origin.CONFIRMED.value) & (faces.c.score >= SURE_SCORE)
    whose = select(assignments.c.face_id, assignments.c.person_id).select_from(sure).where(lent)
    return _question(whose, assignments.c.face_id)


def _people() -> _Question:
    counted = select_people()
    row = (people.c.id, people.c.name, people.c.hidden, people.c.cover_face_id)
    both = (counted.selected_columns.confirmed, counted.selected_columns.matched)
    return _question(counted.with_only_columns(*row, *both), people.c.id)


_WHOSE, _LENT, _PEOPLE = _whose(), _lent(), _people()
