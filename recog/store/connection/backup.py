"""Copies of a SQLite database: those that users ask for, and those that recog makes before it changes the file."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from recog.durable import abandoned, arriving
from recog.errors import CatalogError
from recog.store.connection.database import Database

BACKUP_MARK = ".before-"
"""In the names of copies that recog makes by itself: `forget` deletes them."""


def automatic_backups(database: Database) -> Sequence[Path]:
    """Return the copies that were made before migrations and restores, and those that a kill left unfinished."""
    path = database.path
    if path is None or not path.parent.exists():
        return []
    with _listing(path.parent):
        # Not glob: brackets and stars in a file's name are not a pattern.
        whole = [one for one in path.parent.iterdir() if one.name.startswith(f"{path.name}{BACKUP_MARK}")]
    return [*sorted(whole), *abandoned_backups(database)]


def write_backup(database: Database, target: Path, *, replace: bool = False) -> None:
    """Copy a SQLite database to `target`, whole or not at all, readable by its owner alone."""
    if database.path is None:
        raise CatalogError(
            "a PostgreSQL catalog is backed up by the server's own tool: pg_dump (and brought back by pg_restore)"
        )
    if target.exists() and not replace:
        raise _taken(target)
    try:
        with arriving(target, replace=replace) as (copy, _), database.alone() as connection:
            # A path is bytes: the driver refuses text that is not UTF-8.
            connection.exec_driver_sql("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(copy),))
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError as error:
        raise CatalogError(f"the backup {target} cannot be written ({error.strerror}): name another place") from error


def abandoned_backups(database: Database) -> Sequence[Path]:
    """Return the copies that nobody will finish: the process whose id is in their name is gone."""
    path = database.path
    if path is None or not path.parent.exists():
        return []
    with _listing(path.parent):
        return abandoned(path.parent)


@contextmanager
def _listing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogError(f"the folder {folder} cannot be listed ({error.strerror}): check its rights") from error


def _taken(target: Path) -> CatalogError:
    return CatalogError(f"{target} is there already: name another file for the backup")
