"""The connections of this process to one database; all catalogs of the same file share them.

SQLite: write-ahead log, foreign keys, synchronous=FULL, secure_delete (deleted bytes are overwritten), temporary
storage in memory (so that no copy of a face lands in /tmp), and BEGIN IMMEDIATE for writers, because a transaction that
reads first and then writes fails at once with "locked", whatever the timeout.
PostgreSQL: every writing transaction holds one advisory lock, so that ids become visible in the order they were given.
Those that only add new photos share it: whoever follows embeddings by their ids compares counts as well.

A library's folder may be deleted or replaced while it is open. SQLite would go on writing into a file without a name,
so each use of a connection first compares the file at the path with the file that was opened.
"""

import logging
import os
import select
import sqlite3
from collections.abc import Hashable
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from typing import Any, Self

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from recog.errors import CatalogUnusableError, LibraryBusyError, LibraryReplacedError
from recog.held_files import Identity, hold, identity_of, let_go
from recog.store.connection.account_views import show_to_account
from recog.store.connection.read_only import ReadOnlyFile
from recog.store.connection.url import sqlite_path

WRITER_KEY = 0x7265636F67  # "recog": the key of the advisory lock
WRITING = "recog_writing"
BESIDE = "beside others"
"""Value of WRITING for transactions that share the advisory lock."""
ALONE = "recog_alone"
_LOG = "recog_log"
_POOLED = 4
"""Connections that are kept open. More threads than this open further ones for the moment."""

_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 9, "tcp_user_timeout": 120_000}
"""A network may be gone for two minutes; then the connection is given up, instead of after hours."""

_SHARED: dict[Hashable, "Connections"] = {}
_LOCK = RLock()


class Connections:
    """A pool of connections with recog's settings; made by `connections_to`, given back with `release`."""

    def __init__(
        self,
        key: Hashable,
        url: URL,
        path: Path | None,
        *,
        busy_seconds: float,
        read_only: ReadOnlyFile | None,
        answers_only: bool,
        account_id: int | None,
    ) -> None:
        self._key = key
        self._path = path
        self._held: Path | None = None
        self._busy_seconds = busy_seconds
        self._read_only = read_only
        self._account_id = account_id
        self._users = 0
        self._identity: Identity | None = None if path is None else _identity_now(path)
        if path is not None:
            arguments: dict[str, Any] = {"timeout": busy_seconds}
        else:
            arguments = _server_arguments(url, busy_seconds, answers_only=answers_only)
            if not (told := logging.getLogger("psycopg")).handlers:
                told.addHandler(logging.NullHandler())  # psycopg logs what it also raises
        opened = url if read_only is None else read_only.url
        self.engine = create_engine(
            opened, connect_args=arguments, poolclass=QueuePool, pool_size=_POOLED, max_overflow=-1
        )
        event.listen(self.engine, "connect", self._on_connect)
        event.listen(self.engine, "begin", self._on_begin)
        if path is None:
            event.listen(self.engine, "checkout", self._on_checkout)
        if path is not None:
            try:
                self._held = hold(path)
            except BlockingIOError as error:
                raise LibraryBusyError(
                    f"the catalog {path} is being restored: wait for that, then open it again"
                ) from error

    def refuse_replaced(self) -> None:
        """Raise LibraryReplacedError unless the file at the path is the one that is open."""
        if self._path is not None and self._identity is not None and _identity_now(self._path) != self._identity:
            raise LibraryReplacedError(
                f"the library's database {self._path} was deleted, moved or replaced while recog had it open, so "
                "nothing is saved there: stop recog, put the library back in its place, and start again"
            )

    def take(self) -> Self:
        """Count one more user, and return the pool."""
        self._users += 1
        return self

    def release(self) -> None:
        """Close every pooled connection when the last user gives them back."""
        with _LOCK:
            self._users -= 1
            if self._users:
                return
            if _SHARED.get(self._key) is self:
                del _SHARED[self._key]
            try:
                self.engine.dispose()
            finally:
                if self._held is not None:
                    let_go(self._held)

    def _on_connect(self, raw: Any, record: Any) -> None:
        if self._path is None:
            if self._account_id is not None:
                show_to_account(raw, self._account_id)
            return
        raw.isolation_level = None  # the driver begins nothing by itself; _on_begin does
        if self._read_only is None:
            self._enter_wal(raw)
        for pragma in ("foreign_keys=ON", "secure_delete=ON", "synchronous=FULL", "temp_store=MEMORY"):
            raw.execute(f"PRAGMA {pragma}").close()
        if self._read_only is None:
            raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").close()  # opens the log
            record.info[_LOG] = _identity_now(_log_of(self._path))
        if self._account_id is not None:
            show_to_account(raw, self._account_id, of_file=True)
        if self._identity is None:
            self._identity = _identity_now(self._path)
        self.refuse_replaced()

    def _enter_wal(self, raw: sqlite3.Connection) -> None:
        """Switch to the write-ahead log, waiting for a lock, which SQLite does not do here by itself."""
        deadline = monotonic() + self._busy_seconds
        while True:
            try:
                raw.execute("PRAGMA journal_mode=WAL").close()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                    raise
                sleep(0.02)
            else:
                return

    def _on_checkout(self, raw: Any, _record: Any, _lent: Any) -> None:
        """Let the pool replace a connection that the server has closed since it was last used.

        An idle connection has nothing to say unless its server was stopped or restarted, so this costs no question.
        """
        if not _has_something_to_read(raw):
            return
        try:
            self.engine.dialect.do_ping(raw)
        except self.engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    def _on_begin(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(ALONE) or options.get("isolation_level") == "AUTOCOMMIT":
            return
        writing = options.get(WRITING, False)
        if self._path is not None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
            if writing:
                self._refuse_lost_log(connection)
        elif writing:
            shared = "_shared" if writing == BESIDE else ""
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock{shared}({WRITER_KEY})")

    def _refuse_lost_log(self, connection: Connection) -> None:
        """Raise LibraryReplacedError if the write-ahead log that this connection writes to has lost its name."""
        log = connection.info.get(_LOG)
        if self._path is not None and log is not None and _identity_now(_log_of(self._path)) != log:
            raise LibraryReplacedError(
                f"the log of the library's database, {_log_of(self._path)}, was deleted or replaced while recog had it "
                "open, so nothing is saved there: stop recog, and start it again"
            )


def connections_to(
    url: URL,
    *,
    busy_seconds: float,
    read_only: ReadOnlyFile | None = None,
    answers_only: bool = False,
    account_id: int | None = None,
) -> Connections:
    """Return the process's connections to a database to one more user, who gives them back with `release`.

    With an account, they show what it may see, and can write nothing (see recog.store.connection.account_views). A file
    that was replaced since it was opened gets its own connections. Raises LibraryBusyError while this process restores
    the file.
    """
    path = sqlite_path(url)
    place = (url.render_as_string(hide_password=False), None) if path is None else (path.resolve(), _identity_now(path))
    seen = None if read_only is None else read_only.seen
    key = (os.getpid(), place, busy_seconds, seen, read_only is None, answers_only, account_id)
    with _LOCK:
        shared = _SHARED.get(key)
        if shared is None:
            shared = _SHARED[key] = Connections(
                key,
                url,
                path,
                busy_seconds=busy_seconds,
                read_only=read_only,
                answers_only=answers_only,
                account_id=account_id,
            )
        return shared.take()


def _server_arguments(url: URL, busy_seconds: float, *, answers_only: bool) -> dict[str, Any]:
    """Return how to connect to a server; what the URL says of keepalives holds."""
    options = [f"lock_timeout={max(1, round(busy_seconds * 1000))}"]
    if answers_only:
        options.append("default_transaction_read_only=on")
    alive = {name: value for name, value in _KEEPALIVE.items() if name not in url.query}
    return {"connect_timeout": 10, "options": " ".join(f"-c {one}" for one in options), **alive}


def _has_something_to_read(raw: Any) -> bool:
    """Return whether an idle connection was closed, or its server sent something."""
    if raw.closed:
        return True
    waiting = select.poll()
    waiting.register(raw.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _identity_now(path: Path) -> Identity | None:
    """Return device and inode of the file at path, None if there is none; raise CatalogUnusableError if unreadable."""
    try:
        return identity_of(path)
    except OSError as error:
        raise CatalogUnusableError(
            f"the database's file {path} cannot be looked at ({error.strerror}): check the disk, and who may use the "
            "folder"
        ) from error


def _log_of(path: Path) -> Path:
    real = path.resolve()
    return real.with_name(f"{real.name}-wal")
