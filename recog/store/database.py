"""One connection to the catalog's database, SQLite or PostgreSQL, with explicit read and write transactions.

SQLite: write-ahead log, foreign keys, synchronous=FULL, secure_delete (deleted bytes are overwritten), temporary
storage in memory (so that no copy of a face lands in /tmp), and BEGIN IMMEDIATE for whoever will write: a transaction
that starts by reading and then writes fails at once with "locked", whatever the timeout.
PostgreSQL: every writing transaction holds one advisory lock, so that ids appear in the order they were given.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from recog.errors import CatalogError
from recog.store.read_only import ReadOnlyFile
from recog.store.translation import translated

WRITER_KEY = 0x7265636F67  # "recog": the key of the advisory lock
_WRITING = "recog_writing"
_ALONE = "recog_alone"
_READERS = count()


class Database:
    """The open database. `where` names it in sentences (never with a password); path is None for a server.

    read_only: a file that is opened for reading alone.
    """

    def __init__(self, url: URL, *, busy_seconds: float, read_only: ReadOnlyFile | None = None) -> None:
        self.busy_seconds = busy_seconds
        self.read_only = read_only
        self.path = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        self.url = _without_password(url)
        self.where = str(self.path) if self.path else self.url
        if self.path is not None:
            arguments: dict[str, Any] = {"timeout": busy_seconds}
        else:
            milliseconds = max(1, round(busy_seconds * 1000))
            arguments = {"connect_timeout": 10, "options": f"-c lock_timeout={milliseconds}"}
            if not (told := logging.getLogger("psycopg")).handlers:
                told.addHandler(logging.NullHandler())  # it warns of what is raised as well: for whoever keeps a log
        opened = url if read_only is None else read_only.url
        self._readers: list[Reader] = []
        self.engine = create_engine(opened, connect_args=arguments, poolclass=QueuePool, pool_size=1, max_overflow=2)
        self._writer = self.engine.execution_options(**{_WRITING: True})
        self._state: Connection | None = None
        event.listen(self.engine, "connect", self._on_connect)
        event.listen(self.engine, "begin", self._on_begin)

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
            with self.translated():
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
        """A transaction that writes: all of it or nothing; waits for another writer up to the busy timeout."""
        with self.translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection outside any transaction, for VACUUM and its like."""
        with self.translated(), self.engine.connect() as connection:
            # Not SQLAlchemy's AUTOCOMMIT on SQLite: leaving it hands the driver its own implicit BEGIN back.
            yield connection.execution_options(
                **{_ALONE: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
            )

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Foreign exceptions leave as CatalogErrors."""
        if self.read_only is not None:
            self.read_only.refuse_changed()
        with translated(self.where, self.path, self.busy_seconds):
            yield

    def close(self) -> None:
        """Close every connection."""
        with translated(self.where, self.path, self.busy_seconds):
            while self._readers:
                self._readers.pop().connection.close()
            self.engine.dispose()

    def _new_reader(self) -> "Reader":
        pooled = self.engine.raw_connection()
        connection = cast(sqlite3.Connection, pooled.driver_connection)
        pooled.detach()
        return Reader(next(_READERS), connection)

    def _on_connect(self, raw: Any, _record: object) -> None:
        if not self.is_sqlite:
            return
        raw.isolation_level = None  # the driver begins nothing by itself; _on_begin does
        if self.read_only is None:
            self._enter_wal(raw)
        for pragma in ("foreign_keys=ON", "secure_delete=ON", "synchronous=FULL", "temp_store=MEMORY"):
            raw.execute(f"PRAGMA {pragma}").close()

    def _enter_wal(self, raw: sqlite3.Connection) -> None:
        """Switch to the write-ahead log; SQLite does not wait for a lock here by itself."""
        deadline = monotonic() + self.busy_seconds
        while True:
            try:
                raw.execute("PRAGMA journal_mode=WAL").close()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                    raise
                sleep(0.02)
            else:
                return

    def _on_begin(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_ALONE) or options.get("isolation_level") == "AUTOCOMMIT":
            return
        writing = options.get(_WRITING, False)
        if self.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
        elif writing:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_KEY})")


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection of SQLite's driver that only reads, and its number among all that this process opened."""

    number: int
    connection: sqlite3.Connection


def parse_url(url: str | Path) -> URL:
    """A database URL, or the path of a SQLite file; another engine or a sentence that is no URL is a CatalogError."""
    if isinstance(url, Path):
        return URL.create("sqlite", database=str(url.absolute()))
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the latter of a port that is no number
        raise CatalogError(
            f"{url.partition('?')[0].rpartition('@')[2]!r} is no database URL: "
            "write sqlite:///PATH or postgresql://USER@HOST/NAME"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return URL.create("sqlite", database=str(Path(parsed.database).absolute()))
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise CatalogError(
        f"the database {_without_password(parsed)} is neither a SQLite file (sqlite:///PATH) nor "
        "PostgreSQL (postgresql://USER@HOST/NAME)"
    )


def _without_password(url: URL) -> str:
    """The URL as it may be shown: a password may also stand behind the question mark."""
    return url.difference_update_query(("password", "sslpassword")).render_as_string(hide_password=True)
