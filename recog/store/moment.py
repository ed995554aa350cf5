"""One state of the catalog, asked in microseconds what an identification needs: versions, whose faces, which people.

SQLite is asked through its driver, with statements compiled at import: SQLAlchemy's own work was six times SQLite's
(three questions: 90 microseconds instead of 510, each transaction's beginning and end with them).
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import PoolProxiedConnection

from recog.store.database import Database
from recog.store.encoding import chunks
from recog.store.people import select_people
from recog.store.tables import assignments, people
from recog.types import Origin, Person

_CONNECTIONS = count()


class Moment(ABC):
    """The catalog as it is in one transaction that only reads; on PostgreSQL each question may see a later state."""

    @abstractmethod
    def version(self) -> Hashable:
        """A value that is another one after anything was written, by whomever; it may change without that."""

    @abstractmethod
    def _rows(self, question: "_Question", ids: Iterable[int]) -> Iterator[Any]:
        """The answer's rows."""

    def confirmed_people(self, face_ids: Iterable[int]) -> dict[int, int]:
        """Whose these faces are by a human's word: person by face; nobody's, and unknown ones, are left out."""
        return dict(self._rows(_WHOSE, face_ids))

    def people_by_id(self, person_ids: Iterable[int]) -> dict[int, Person]:
        """People by number, hidden ones too; unknown numbers are left out."""
        return {
            number: Person(number, name, bool(hidden), cover, int(confirmed), int(matched))
            for number, name, hidden, cover, confirmed, matched in self._rows(_PEOPLE, dict.fromkeys(person_ids))
        }


@contextmanager
def moment_of(database: Database) -> Iterator[Moment]:
    """The catalog as it is now, until the block ends."""
    if not database.is_sqlite:
        with database.reading() as connection:
            yield _ServerMoment(connection)
        return
    with database.translated():
        pooled = database.engine.raw_connection()
        try:
            yield _FileMoment(pooled)
        finally:
            pooled.close()  # to the pool, which ends the transaction


@dataclass(frozen=True, slots=True)
class _Question:
    """A statement about rows of some ids, as each engine is asked."""

    server: Select[Any]
    file: str
    parameters: dict[str, Any]


class _ServerMoment(Moment):
    """On PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def version(self) -> Hashable:
        return str(self._connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())

    def _rows(self, question: _Question, ids: Iterable[int]) -> Iterator[Any]:
        for some in chunks(ids):
            yield from self._connection.execute(question.server, {"ids": some})


class _FileMoment(Moment):
    """On SQLite, which counts other connections' commits and this one's changes, each connection for itself."""

    def __init__(self, pooled: PoolProxiedConnection) -> None:
        self._number = pooled.info.setdefault("recog_connection", next(_CONNECTIONS))
        self._driver: Any = pooled.driver_connection
        self._driver.execute("BEGIN")  # type: ignore[union-attr]

    def version(self) -> Hashable:
        (others,) = self._driver.execute("PRAGMA data_version").fetchone()
        return self._number, others, self._driver.total_changes

    def _rows(self, question: _Question, ids: Iterable[int]) -> Iterator[Any]:
        rows: Iterator[Any] = self._driver.execute(question.file, {**question.parameters, "ids": json.dumps([*ids])})
        return rows


def _question(about: Callable[[Any], Select[Any]]) -> _Question:
    """`about` makes the statement from the right-hand side of IN: ids listed one by one, or a JSON array of them."""
    array = select(func.json_each(bindparam("ids", required=False)).table_valued("value").c.value)
    compiled = about(array).compile(dialect=sqlite.dialect(paramstyle="named"))
    return _Question(about(bindparam("ids", expanding=True)), compiled.string, dict(compiled.params))


def _whose(ids: Any) -> Select[Any]:
    confirmed: ColumnElement[bool] = assignments.c.origin == Origin.CONFIRMED.value
    return select(assignments.c.face_id, assignments.c.person_id).where(assignments.c.face_id.in_(ids), confirmed)


def _people(ids: Any) -> Select[Any]:
    counted = select_people()
    row = (people.c.id, people.c.name, people.c.hidden, people.c.cover_face_id)
    both = (counted.selected_columns.confirmed, counted.selected_columns.matched)
    return counted.with_only_columns(*row, *both).where(people.c.id.in_(ids))


_WHOSE, _PEOPLE = _question(_whose), _question(_people)
