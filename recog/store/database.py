"""Transactions on the catalog's database, SQLite or PostgreSQL: those that read, and those that write."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import cast

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from recog.errors import CatalogError
from recog.store.connections import ALONE, WRITING, connections_to
from recog.store.read_only import ReadOnlyFile
from recog.store.translation import translated
from recog.store.url import Secrets, shown_url, sqlite_path

_READERS = count()


class Database:
    """The database as one catalog uses it; catalogs of one file share its connections (see recog.store.connections).

    `where` names it in sentences (never with user or password); path is None for a server.

    read_only: a file that is opened for reading alone.
    """

    def __init__(self, url: URL, *, busy_seconds: float, read_only: ReadOnlyFile | None = None) -> None:
        self.busy_seconds = busy_seconds
        self.read_only = read_only
        self.path = sqlite_path(url)
        self.url = shown_url(url)
        self._secrets = Secrets.of(url)
        self.where = str(self.path) if self.path else self.url
        self._readers: list[Reader] = []
        self._connections = connections_to(url, busy_seconds=busy_seconds, read_only=read_only)
        self.engine = self._connections.engine
        self._writer = self.engine.execution_options(**{WRITING: True})
        self._state: Connection | None = None
        self._closed = False

    @property
    def is_sqlite(self) -> bool:
        """SQLite, not PostgreSQL."""
        return self.path is not None

    @property
    def in_one_state(self) -> bool:
        """Whether all that is read now is of one state."""
        return self._state is not None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads; it sees one state of the database (SQLite) and stops nobody."""
        if self._state is not None:
            with self.translated():
                yield self._state
            return
        with self.translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Let all that `reading` gives inside the block see one state of the database, whatever others write."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.translated():
            connection = self.engine.connect().execution_options(**level)
        try:
            with self.translated():
                connection.begin()
            self._state = connection
            yield
        finally:
            self._state = None
            with self._translating():  # no look at the file: whatever became of it, the connection is given back
                connection.close()

    @contextmanager
    def reader(self) -> Iterator["Reader"]:
        """A connection to SQLite past SQLAlchemy, outside any transaction and for reading alone; kept for the next.

        SQLAlchemy's pool takes eight times as long to lend a connection as SQLite to begin and end a transaction.
        """
        with self.translated():
            one = self._readers.pop() if self._readers else self._new_reader()
            try:
                yield one
            except BaseException:
                one.connection.close()
                raise
            self._readers.append(one)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or nothing; waits for another writer up to the busy timeout.

        Raises LibraryReplacedError if the file at the path is not the open one, before the transaction or after it:
        what was written to a file without a name is not acknowledged.
        """
        with self.translated():
            with self._writer.begin() as connection:
                self._connections.refuse_replaced()
                yield connection
            self._connections.refuse_replaced()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection outside any transaction, for VACUUM and its like."""
        with self.translated(), self.engine.connect() as connection:
            # Not SQLAlchemy's AUTOCOMMIT on SQLite: leaving it hands the driver its own implicit BEGIN back.
            yield connection.execution_options(**{ALONE: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"})

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Foreign exceptions leave as CatalogErrors; CatalogError if the catalog was closed."""
        if self._closed:
            raise CatalogError(f"the catalog {self.where} was closed: open it again")
        if self.read_only is not None:
            self.read_only.refuse_changed()
        self._connections.refuse_replaced()
        with self._translating():
            yield

    def close(self) -> None:
        """Give the connections back; the last catalog that does so closes them."""
        if self._closed:
            return
        self._closed = True
        with self._translating():
            try:
                while self._readers:
                    self._readers.pop().connection.close()
            finally:
                self._connections.release()

    def _translating(self) -> AbstractContextManager[None]:
        return translated(self.where, self.path, self.busy_seconds, self._secrets)

    def _new_reader(self) -> "Reader":
        pooled = self.engine.raw_connection()
        connection = cast(sqlite3.Connection, pooled.driver_connection)
        pooled.detach()
        return Reader(next(_READERS), connection)


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection of SQLite's driver that only reads, and its number among all that this process opened."""

    number: int
    connection: sqlite3.Connection
