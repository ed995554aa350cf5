"""What a PostgreSQL server tells of itself and of a catalog's tables, for `doctor`."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from recog.store.connection.database import Database
from recog.store.schema.pgvector import pgvector_version
from recog.store.schema.tables import metadata

_LAG = (
    "SELECT CASE WHEN pg_last_wal_replay_lsn() >= CAST(%s AS pg_lsn) THEN 0 "
    "ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END"
)


@dataclass(frozen=True, slots=True)
class DeadRows:
    """A table with rows, and with deleted rows whose room nobody has reused."""

    table: str
    rows: int
    dead: int


@dataclass(frozen=True, slots=True)
class ReplicaLag:
    """A replica as its primary server sees it; seconds is None if this user may not ask, or nothing was sent lately."""

    name: str
    state: str
    seconds: float | None


class ServerState:
    """The state of a catalog's server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> str:
        """Return the version of PostgreSQL."""
        return str(self._told("SHOW server_version")).partition(" ")[0]

    def extension(self) -> tuple[str | None, str | None]:
        """Return the version of pgvector in the database, and the one that the server could install; None if none."""
        with self._database.reading() as connection:
            available = connection.exec_driver_sql(
                "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"
            ).scalar()
            return pgvector_version(connection), None if available is None else str(available)

    def position(self) -> str:
        """Return the place in its log up to which a primary server has written."""
        return str(self._told("SELECT pg_current_wal_flush_lsn()"))

    def seconds_behind(self, position: str) -> float | None:
        """Return how old the last change is that a replica has, in seconds; None if this server is no replica.

        0 if it has all that its primary server had written at this position. A replica that lost its primary does not
        know that there is more.
        """
        with self._database.reading() as connection:
            if not connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
                return None
            return float(connection.exec_driver_sql(_LAG, (position,)).scalar() or 0.0)

    def replicas(self) -> list[ReplicaLag]:
        """Return the replicas that follow this server."""
        with self._database.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT coalesce(application_name, ''), coalesce(state, 'unknown'), extract(epoch FROM replay_lag) "
                "FROM pg_stat_replication ORDER BY application_name"
            )
            return [
                ReplicaLag(name, state, None if seconds is None else float(seconds)) for name, state, seconds in rows
            ]

    def dead_rows(self) -> list[DeadRows]:
        """Return what the server's statistics say of the catalog's tables, most dead rows first."""
        with self._database.reading() as connection:
            return sorted(_dead_rows(connection), key=lambda one: (-one.dead, one.table))

    def may_forget(self) -> bool:
        """Return whether this user may name and forget people."""
        return bool(self._told("SELECT has_table_privilege('people', 'DELETE')"))

    def may_index(self) -> bool:
        """Return whether this user may store photos."""
        return bool(self._told("SELECT has_table_privilege('faces', 'INSERT')"))

    def _told(self, statement: str) -> object:
        with self._database.reading() as connection:
            return connection.exec_driver_sql(statement).scalar()


def _dead_rows(connection: Connection) -> Iterator[DeadRows]:
    told = connection.exec_driver_sql(
        "SELECT relname, n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE schemaname = current_schema()"
    )
    for name, rows, dead in told:
        if name in metadata.tables:
            yield DeadRows(name, rows, dead)
