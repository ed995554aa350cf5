"""Bring a database to today's schema: refuse a newer one, back up an older SQLite file, run the migrations.

A migration runs in one writing transaction with its version row: a kill leaves the old schema or the new one.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from recog.errors import CatalogError, SchemaOutdatedError
from recog.store.database import Database

_PLACES = (Path(__file__).parent / "migrations", Path(__file__).parents[2] / "migrations")
_BACKUP_MARK = ".before-"


def migrations_directory() -> Path:
    """Where the migrations are: inside an installed wheel, or at the top of a checkout."""
    for place in _PLACES:
        if (place / "env.py").is_file():
            return place
    raise CatalogError(f"the migrations are neither at {_PLACES[0]} nor at {_PLACES[1]}: install recog again")


def revisions() -> list[str]:
    """Every revision, oldest first: the numbers that the files of the migrations start with."""
    return sorted(path.name[:4] for path in (migrations_directory() / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def prepare(database: Database) -> None:
    """Create or upgrade the schema where needed; raises SchemaOutdatedError where the database is newer than recog."""
    for unfinished in _abandoned_backups(database):
        unfinished.unlink(missing_ok=True)
    with database.reading() as connection:
        revision = _revision(connection, database.where)
    known = revisions()
    if revision == known[-1]:
        return
    if revision is not None and revision not in known:
        raise SchemaOutdatedError(
            f"the database {database.where} has schema {revision}, and this recog knows up to {known[-1]}: update recog"
        )
    if revision is not None and database.path is not None:
        write_backup(database, database.path.with_name(f"{database.path.name}{_BACKUP_MARK}{known[-1]}"), replace=True)
    migrate(database)


def migrate(database: Database, revision: str = "head", *, down: bool = False) -> None:
    """Run the migrations up to a revision (or down to one), all of them in one transaction."""
    # Alembic takes a third of a second to load, and is needed only when the schema changes.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations_directory()).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)


def automatic_backups(database: Database) -> Sequence[Path]:
    """The copies that `prepare` made before migrations, and those that a kill left unfinished."""
    if database.path is None:
        return []
    whole = database.path.parent.glob(f"{database.path.name}{_BACKUP_MARK}*")
    return [*sorted(whole), *_abandoned_backups(database)]


def write_backup(database: Database, target: Path, *, replace: bool = False) -> None:
    """Copy a SQLite database to `target`, whole or not at all, readable by its owner alone."""
    if database.path is None:
        raise CatalogError("a PostgreSQL catalog is backed up by the server's own tool: pg_dump")
    if target.exists() and not replace:
        raise CatalogError(f"{target} is there already: name another file for the backup")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with database.alone() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(unfinished),))
        _sync(unfinished)
        unfinished.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise CatalogError(f"the backup {target} cannot be written ({error.strerror}): name another place") from error
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def _abandoned_backups(database: Database) -> Sequence[Path]:
    """Copies that nobody will finish: the process whose id their name bears is gone."""
    if database.path is None:
        return []
    unfinished = database.path.parent.glob(f".{database.path.name}{_BACKUP_MARK}*.*.*")
    return [path for path in sorted(unfinished) if not _lives(path.name.split(".")[-2])]


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _revision(connection: Connection, where: str) -> str | None:
    """The schema's revision, None for an empty database."""
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


def _sync(path: Path) -> None:
    """Make a file's bytes, or a directory's entries, survive a power loss."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
