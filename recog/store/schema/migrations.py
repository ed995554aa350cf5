"""Bring a database to today's schema: refuse a newer one, back up an older SQLite file, run the migrations.

A migration runs in one writing transaction with its version row: a kill leaves the old schema or the new one.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, inspect, text

from recog.errors import CatalogError, NoLibraryError, SchemaOutdatedError, WayOut
from recog.store.connection.backup import BACKUP_MARK, abandoned_backups, write_backup
from recog.store.connection.database import Database
from recog.store.schema.pgvector import require_pgvector

_PLACES = (Path(__file__).parents[1] / "migrations", Path(__file__).parents[3] / "migrations")
_MIGRATING = Lock()
"""Held during a migration, because Alembic keeps the running one in a global."""


def migrations_directory(places: Sequence[Path] = _PLACES) -> Path:
    """Return where the migrations are: inside an installed wheel, or at the top of a checkout."""
    for place in places:
        if (place / "env.py").is_file():
            return place
    raise CatalogError(f"the migrations are not at {' nor at '.join(map(str, places))}: install recog again")


def revisions() -> list[str]:
    """Return every revision, oldest first: the numbers that the migrations' file names start with."""
    return sorted(path.name[:4] for path in (migrations_directory() / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def prepare(database: Database, *, create: bool = True) -> None:
    """Create or upgrade the schema if needed.

    Raises SchemaOutdatedError if the database is newer than recog, and without `create` NoLibraryError if it is empty.
    """
    for copy in abandoned_backups(database) if database.read_only is None else ():
        copy.unlink(missing_ok=True)
    revision = schema_of(database)
    known = revisions()
    if revision == known[-1]:
        return
    if revision is None and not create:
        raise NoLibraryError(f"there is no library in {database.where}", way_out=WayOut.MAKE_LIBRARY)
    if revision is not None and revision not in known:
        raise SchemaOutdatedError(
            f"the database {database.where} has schema {revision}, and this recog knows up to {known[-1]}: update recog"
        )
    if database.read_only is not None:
        raise SchemaOutdatedError(
            f"the database {database.where} has the older schema {revision} and may only be read here",
            way_out=WayOut.COPY_LIBRARY,
        )
    if revision is not None and database.path is not None:
        write_backup(database, database.path.with_name(f"{database.path.name}{BACKUP_MARK}{known[-1]}"), replace=True)
    if not database.is_sqlite:
        with database.writing() as connection:
            require_pgvector(connection, database.where)
    migrate(database)


def schema_of(database: Database) -> str | None:
    """Return the revision of the database's schema, None if it is empty."""
    with database.reading() as connection:
        return _revision(connection, database.where)


def migrate(database: Database, revision: str = "head", *, down: bool = False) -> None:
    """Run the migrations up to a revision, or down to one, in one transaction."""
    # Alembic takes a third of a second to load, and is needed only when the schema changes.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations_directory()).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    with _MIGRATING, database.writing() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)


def _revision(connection: Connection, where: str) -> str | None:
    """Return the schema's revision, None for an empty database."""
    names = inspect(connection).get_table_names()
    if "alembic_version" not in names:
        if names:
            raise CatalogError(
                f"the database {where} holds tables that are not recog's ({', '.join(sorted(names)[:3])}): "
                "name another database"
            )
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
