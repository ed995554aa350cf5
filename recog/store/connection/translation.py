"""Database exceptions become CatalogErrors here: one sentence with the way out, never user or password."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from recog.errors import CatalogError, CatalogUnusableError, LibraryBusyError, LibraryDiskError, WayOut
from recog.store.connection.postgres_errors import postgres_error
from recog.store.connection.url import Secrets

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@contextmanager
def translated(where: str, path: Path | None, busy_seconds: float, secrets: Secrets) -> Iterator[None]:
    """Turn exceptions of the database drivers inside the block into CatalogErrors.

    `where` names the database; path is the file of a SQLite database, None for a server. An exception that repeats one
    of the secrets is not kept as the cause, so that no traceback shows it.
    """
    try:
        yield
    except DBAPIError as error:
        translation = _catalog_error(error.orig, where, path, busy_seconds, secrets)
        raise translation from (None if secrets.are_in(f"{error} {error.orig}") else error)
    except SQLAlchemyError as error:
        translation = CatalogError(f"the database {where} refused: {_told(error, secrets)}")
        raise translation from (None if secrets.are_in(str(error)) else error)
    except sqlite3.Error as error:
        raise _catalog_error(error, where, path, busy_seconds, secrets) from error
    except OverflowError as error:  # SQLite's driver got an integer of more than 64 bits
        raise CatalogError(
            f"a number is larger than any in the database {where}: no face, cluster or picture has it"
        ) from error


def _catalog_error(
    error: BaseException | None, where: str, path: Path | None, busy_seconds: float, secrets: Secrets
) -> CatalogError:
    if isinstance(error, sqlite3.Error) and path is not None:
        return _sqlite_error(error, path, busy_seconds)
    return postgres_error(getattr(error, "sqlstate", None), _told(error, secrets), where, busy_seconds)


def _sqlite_error(error: sqlite3.Error, path: Path, busy_seconds: float) -> CatalogError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _LOCKED:
        return LibraryBusyError(
            f"another program has held the write lock of the database {path} for more than {busy_seconds:g} s: "
            "wait for it or stop it, then run the same again"
        )
    if code in _DAMAGED:
        return CatalogUnusableError(
            # SQLite reports a page that the disk cannot read as damaged.
            f"the database {path} is damaged, or its disk cannot be read ({error}), and was left as it is",
            way_out=WayOut.RESTORE,
        )
    if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        return LibraryDiskError(
            f"no space or no access while writing {path} ({error}; {_free(path.parent)}): this step was undone; "
            "make room or check the disk, then run the same again"
        )
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return CatalogUnusableError(
            f"the database {path} cannot be opened for writing ({error}): check the place and who may write there"
        )
    return CatalogError(f"the database {path} refused: {_first_line(error)}")


def _free(folder: Path) -> str:
    try:
        return f"{shutil.disk_usage(folder).free / 1e6:.1f} MB free"
    except OSError as error:
        return f"{folder} cannot be looked at: {error.strerror}"


def _told(error: BaseException | None, secrets: Secrets) -> str:
    return secrets.without(_first_line(error))


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]
