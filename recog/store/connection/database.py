"""Transactions on the catalog's database, SQLite or PostgreSQL: those that read, and those that write."""

import sqlite3
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from socket import gethostname
from threading import Lock, local
from typing import cast

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from recog.errors import CatalogError
from recog.store.connection.pool import ALONE, BESIDE, WRITING, connections_to
from recog.store.connection.read_only import ReadOnlyFile
from recog.store.connection.translation import translated
from recog.store.connection.url import Secrets, shown_url, sqlite_path

_READERS = count()
ONLY_HOST = ""
"""Stands for the machine of a SQLite catalog, which moves to another machine together with its photos."""


class _ThreadState(local):
    """What one thread does with a database: the transaction that all its reads share, if it opened one."""

    shared: Connection | None = None


class Database:
    """The database as one catalog uses it. Threads may share it.

    Catalogs of one file share its connections (see recog.store.connection.pool).

    `where` names the database in sentences, without user and password; `path` is None for a server; `read_only` is set
    if the file was opened for reading only.
    """

    def __init__(
        self,
        url: URL,
        *,
        busy_seconds: float,
        read_only: ReadOnlyFile | None = None,
        host: str | None = None,
        answers_only: bool = False,
        account_id: int | None = None,
    ) -> None:
        """host: the name of this machine, whose paths are those of the tables; by default see `ONLY_HOST`.

        answers_only: a server lets no transaction write, as on a replica.
        account_id: the account to which the database is shown, for reading alone; by default all of it is.
        """
        self.busy_seconds = busy_seconds
        self.read_only = read_only
        self.path = sqlite_path(url)
        self.url = shown_url(url)
        self.host = host if host is not None else ONLY_HOST if self.path else gethostname()
        self._secrets = Secrets.of(url)
        self.where = str(self.path) if self.path else self.url
        self._connections = connections_to(
            url, busy_seconds=busy_seconds, read_only=read_only, answers_only=answers_only, account_id=account_id
        )
        self.engine = self._connections.engine
        self._writer = self.engine.execution_options(**{WRITING: True})
        self._beside = self.engine.execution_options(**{WRITING: BESIDE})
        self._mine = _ThreadState()
        self._lock = Lock()  # guards the next four
        self._uses = 0
        self._closed = False
        self._released = False
        self._idle_readers: list[Reader] = []
        self._version_lock = Lock()  # guards the reader below, which answers one thread at a time
        self._version_reader: Reader | None = None

    @property
    def is_sqlite(self) -> bool:
        """SQLite, not PostgreSQL."""
        return self.path is not None

    @property
    def reads_are_repeatable(self) -> bool:
        """Whether this thread is inside `repeatable_reads`."""
        return self._mine.shared is not None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads. On SQLite it sees one snapshot; it blocks nobody."""
        if (shared := self._mine.shared) is not None:
            with self.translated():
                yield shared
            return
        with self.translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def repeatable_reads(self) -> Iterator[None]:
        """Let every `reading` of this thread inside the block see the same snapshot, whatever others write.

        Other threads are not affected. A block inside another one belongs to the outer snapshot.
        """
        if self._mine.shared is not None:
            yield
            return
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._in_use():
            with self.translated():
                connection = self.engine.connect().execution_options(**level)
            try:
                with self.translated():
                    connection.begin()
                self._mine.shared = connection
                yield
            finally:
                self._mine.shared = None
                with self._translating():  # no look at the file: whatever became of it, the connection is given back
                    connection.close()

    @contextmanager
    def reader(self) -> Iterator["Reader"]:
        """Lend a raw SQLite connection for reading, outside any transaction; it is kept for the next user.

        SQLAlchemy's pool takes eight times as long to lend a connection as SQLite takes to begin and end a transaction.
        """
        with self.translated():
            with self._lock:
                reader = self._idle_readers.pop() if self._idle_readers else None
            reader = reader or self._new_reader()
            try:
                yield reader
            except BaseException:
                reader.connection.close()
                raise
            with self._lock:
                self._idle_readers.append(reader)

    def version(self) -> Hashable:
        """Return a value that changes with every commit, by whomever; it may also change without one.

        Threads may compare their values: on SQLite, one connection answers all of them, because each connection
        counts commits on its own. Inside `repeatable_reads` no two values are equal: what was made of that snapshot is
        not of a later one.
        """
        if self.reads_are_repeatable:
            return object()
        if not self.is_sqlite:
            with self.reading() as connection:
                return str(connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())
        with self.translated(), self._version_lock:
            reader = self._version_reader or self._new_reader()
            self._version_reader = None  # if the question fails, the next one gets a new connection
            try:
                (commits,) = reader.connection.execute("PRAGMA data_version").fetchone()
            except BaseException:
                reader.connection.close()
                raise
            self._version_reader = reader
            return reader.number, commits

    @contextmanager
    def writing(self, *, beside_others: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes, all of it or nothing; wait for another writer up to the busy timeout.

        beside_others: on a server, other transactions of this kind write at the same time, and all others wait for
        their end. Then ids of one may become visible before smaller ones of another.

        Raises LibraryReplacedError if the file at the path is not the open one, before the transaction or after it:
        what was written to a file without a name is not acknowledged.
        """
        with self.translated():
            with (self._beside if beside_others else self._writer).begin() as connection:
                self._connections.refuse_replaced()
                yield connection
            self._connections.refuse_replaced()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Lend a connection outside any transaction, for VACUUM and the like."""
        with self.translated(), self.engine.connect() as connection:
            # Not SQLAlchemy's AUTOCOMMIT on SQLite: leaving it hands the driver its own implicit BEGIN back.
            yield connection.execution_options(**{ALONE: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"})

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn foreign exceptions into CatalogErrors; raise CatalogError if the catalog was closed.

        If another thread closes the catalog during the block, the connections stay open until the block ends.
        """
        with self._in_use():
            if self.read_only is not None:
                self.read_only.refuse_changed()
            self._connections.refuse_replaced()
            with self._translating():
                yield

    def close(self) -> None:
        """Refuse further transactions and give the connections back; the last catalog of a file closes them.

        Transactions of other threads end first: the last of them gives the connections back.
        """
        with self._lock:
            self._closed = True
        self._release_unused()

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise CatalogError(f"the catalog {self.where} was closed: open it again")
            self._uses += 1
        try:
            yield
        finally:
            with self._lock:
                self._uses -= 1
            self._release_unused()

    def _release_unused(self) -> None:
        """Give the connections back if the catalog is closed and no transaction is left; once."""
        with self._lock:
            if not self._closed or self._uses or self._released:
                return
            self._released = True
        readers = [*self._idle_readers, *([self._version_reader] if self._version_reader else [])]
        with self._translating():
            try:
                for reader in readers:
                    reader.connection.close()
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
