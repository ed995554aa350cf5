"""pgvector, the extension of PostgreSQL that searches vectors: is it there, is it new enough."""

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from recog.errors import CatalogUnusableError

LEAST_VERSION = (0, 8)
"""The first pgvector that goes on searching until enough rows pass a filter (hnsw.iterative_scan)."""
_NEEDED = ".".join(map(str, LEAST_VERSION))
_CREATE = "CREATE EXTENSION vector"
_NO_RIGHT = "42501"


def pgvector_version(connection: Connection) -> str | None:
    """Return the version of pgvector in this database, None if it has none."""
    found: str | None = connection.exec_driver_sql(
        "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
    ).scalar()
    return found


def require_pgvector(connection: Connection, where: str) -> None:
    """Create the extension in the database if it is not there.

    Raises:
        CatalogUnusableError: the server has no pgvector, an older one, or the user may not create it.
    """
    version = pgvector_version(connection)
    if version is None:
        version = _created(connection, where)
    if version_numbers(version) < LEAST_VERSION:
        raise CatalogUnusableError(
            f"the database {where} has pgvector {version}, and recog needs {_NEEDED} or later: install it on the "
            "server, run ALTER EXTENSION vector UPDATE in the database, then run the same again"
        )


def _created(connection: Connection, where: str) -> str:
    available: str | None = connection.exec_driver_sql(
        "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"
    ).scalar()
    if available is None:
        raise CatalogUnusableError(
            f"the server of {where} has no pgvector, which recog searches with: install it there (the package "
            "postgresql-VERSION-pgvector of postgresql.org, or what the server's vendor calls pgvector), then run the "
            "same again; nothing was changed"
        )
    if version_numbers(available) < LEAST_VERSION:
        raise CatalogUnusableError(
            f"the server of {where} has pgvector {available}, and recog needs {_NEEDED} or later: install that there, "
            "then run the same again; nothing was changed"
        )
    try:
        connection.exec_driver_sql(_CREATE)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_RIGHT:
            raise
        raise CatalogUnusableError(
            f"the user of the database {where} may not create the extension pgvector there: let an administrator of "
            f"the server run {_CREATE} in this database, then run the same again; nothing was changed"
        ) from error
    return available


def version_numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, for comparison."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())
