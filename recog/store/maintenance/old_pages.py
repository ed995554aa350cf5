"""Overwrite what forgotten people left in old pages of the database.

On SQLite, VACUUM writes the database anew (secure_delete alone leaves copies where pages were split), and the
write-ahead log is truncated. On PostgreSQL, VACUUM FULL does it, for the server's statistics too: an earlier recog let
it collect vectors and names (see migration 0016). Only the owner of the database can do that; for others the server
skips the statistics. Another program's open transaction keeps deleted rows alive, and holds the erasure up.

A row of `pending_erasures` says that this is still to be done, so that a kill half-way is finished at the next open. A
disk without room to write the database anew holds it up, as another program's lock does: the catalog opens all the
same, says so, and tries again at each open.
"""

import shutil
import time
from threading import Lock

from sqlalchemy import Connection, delete, func, select

from recog.durable import sync_directory
from recog.errors import CatalogError, LibraryBusyError, LibraryDiskError
from recog.store.connection.backup import automatic_backups
from recog.store.connection.database import Database
from recog.store.connection.rewriting import rewrite_tables
from recog.store.maintenance.pending import ErasedBy, PendingErasure
from recog.store.photos.hnsw import drop_hnsw_indexes
from recog.store.schema.tables import pending_erasures

_LEFT = "bytes of a forgotten person may be left in old pages of the database"
_OPEN_ELSEWHERE = PendingErasure(f"{_LEFT}, because another program has it open", "close that program", ErasedBy.FIX)
_OTHERS_TABLES = PendingErasure(
    f"{_LEFT}, because its tables belong to another user of the server", "open it as that user", ErasedBy.FIX
)
_READ_ONLY = PendingErasure(f"{_LEFT}, which may only be read here", "open it where it may be written", ErasedBy.FIX)
_NO_ROOM = PendingErasure(
    f"{_LEFT}, because its disk has no room to write it anew, or fails", "make room or check the disk", ErasedBy.FIX
)

_PERSONAL_TABLES = (
    "people", "assignments", "rejections", "ignored_faces", "distinct_people", "events", "faces", "thumbnails",
    "embeddings", "map_places", "clusters", "cluster_faces", "style_jobs",
    "style_shares"
)  # fmt: skip
_STATISTICS = "pg_statistic"
_PAUSE = 0.2
"""Seconds until a server's tables are written anew again while another program's transaction keeps rows."""


class OldPages:
    """Pages of the database that may hold bytes of forgotten people."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: PendingErasure | None = None
        self._overwriting = Lock()

    @property
    def pending(self) -> PendingErasure | None:
        """What was in the way when they were last overwritten; None if nothing is left to overwrite."""
        return self._pending

    def overwrite(self) -> bool:
        """Overwrite them; return False while something is in the way.

        One thread does so at a time.
        """
        with self._overwriting:
            self._pending = self._hindrance()
            return self._pending is None

    def _hindrance(self) -> PendingErasure | None:
        """Overwrite them, or return what is in the way."""
        with self._database.reading() as connection:
            last = connection.scalar(select(func.max(pending_erasures.c.id)))
        if last is None or self._database.read_only is not None:
            return None if last is None else _READ_ONLY
        self._delete_automatic_backups()
        try:
            if not self._has_room():
                return _NO_ROOM
            if (hindrance := self._vacuum()) is not None:
                return hindrance
            with self._database.writing() as connection:
                connection.execute(delete(pending_erasures).where(pending_erasures.c.id <= last))
        except LibraryBusyError:
            return _OPEN_ELSEWHERE
        except LibraryDiskError:
            return _NO_ROOM
        return None

    def _has_room(self) -> bool:
        """Return whether the disk has room for SQLite to write the database anew; trying would fill it for others."""
        if self._database.path is None:
            return True
        with self._database.reading() as connection:
            pages, unused, size = (
                int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
                for name in ("page_count", "freelist_count", "page_size")
            )
        return shutil.disk_usage(self._database.path.parent).free >= (pages - unused) * size

    def _vacuum(self) -> PendingErasure | None:
        with self._database.alone() as connection:
            if not self._database.is_sqlite:
                return self._rewrite_tables(connection)
            connection.exec_driver_sql("VACUUM")
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            return _OPEN_ELSEWHERE if busy else None

    def _rewrite_tables(self, connection: Connection) -> PendingErasure | None:
        """Write a server's tables anew; wait for other programs' transactions up to the busy timeout."""
        deadline = time.monotonic() + self._database.busy_seconds
        drop_hnsw_indexes(connection)
        while True:
            personal = rewrite_tables(connection, _PERSONAL_TABLES)
            statistics = rewrite_tables(connection, [_STATISTICS])
            if personal.tables < len(_PERSONAL_TABLES):
                return _OTHERS_TABLES
            if not personal.deleted_rows + statistics.deleted_rows:
                return None
            if time.monotonic() > deadline:
                return _OPEN_ELSEWHERE
            time.sleep(_PAUSE)

    def _delete_automatic_backups(self) -> None:
        for backup in automatic_backups(self._database):
            try:
                backup.unlink(missing_ok=True)
                sync_directory(backup.parent)  # else a power cut brings it back
            except OSError as error:
                raise CatalogError(
                    f"the copy {backup} still holds a forgotten person and cannot be deleted ({error.strerror}): "
                    "delete it yourself"
                ) from error
