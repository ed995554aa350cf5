"""Open a read replica of a catalog's PostgreSQL server. Nothing is ever written there, nor migrated."""

from recog.errors import ConfigError, SchemaOutdatedError
from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url, sqlite_path
from recog.store.engine import BUSY_SECONDS
from recog.store.schema.migrations import revisions, schema_of


def open_replica(url: str, *, of: Catalog, busy_seconds: float = BUSY_SECONDS) -> Catalog:
    """Open the database at `postgresql://USER@HOST/NAME`, a replica of an open catalog, for questions alone.

    Raises ConfigError if either is a SQLite file or it holds another library, SchemaOutdatedError if a migration of
    the catalog has not arrived there.
    """
    parsed = parse_url(url)
    if sqlite_path(parsed) is not None or not of.on_server:
        raise ConfigError(
            "the setting 'database_read' names a replica of a PostgreSQL server, and a SQLite catalog has none: leave "
            "it out, or let 'database' name the primary server and 'database_read' the replica"
        )
    database = Database(parsed, busy_seconds=busy_seconds, host=of.host, answers_only=True)
    try:
        _refuse_other_schema(database)
        with database.translated():
            replica = Catalog(database)
        _refuse_other_library(replica, of)
    except BaseException:
        database.close()
        raise
    return replica


def _refuse_other_schema(database: Database) -> None:
    if (revision := schema_of(database)) != (known := revisions()[-1]):
        raise SchemaOutdatedError(
            f"the replica {database.where} has schema {revision}, and this recog needs {known}: wait until it has "
            "caught up with its primary server, then run the same again"
        )


def _refuse_other_library(replica: Catalog, catalog: Catalog) -> None:
    if replica.library_id != catalog.library_id:
        raise ConfigError(
            f"the database {replica.url} holds another library than {catalog.url}: let the setting 'database_read' "
            "name a replica of that server"
        )
