"""Database exceptions become CatalogErrors here: one sentence with the way out, never a password."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from recog.errors import CatalogError, CatalogUnusableError, LibraryBusyError, LibraryDiskError

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_POSTGRES_LOCKED = {"55P03", "40P01", "57014"}  # lock_not_available, deadlock_detected, query_canceled
_POSTGRES_FULL = {"53100", "53200"}  # disk_full, out_of_memory


@contextmanager
def translated(where: str, path: Path | None, busy_seconds: float) -> Iterator[None]:
    """Turn what the database drivers raise inside the block into CatalogErrors.

    `where` is what to call the database; path is the file of a SQLite database, None for a server.
    """
    try:
        yield
    except DBAPIError as error:
        raise _catalog_error(error.orig, where, path, busy_seconds) from error
    except SQLAlchemyError as error:
        raise CatalogError(f"the database {where} refused: {_first_line(error)}") from error
    except sqlite3.Error as error:
        raise _catalog_error(error, where, path, busy_seconds) from error
    except OverflowError as error:  # the driver of SQLite, of an integer of more than 64 bits
        raise CatalogError(
            f"a number is larger than any in the database {where}: no face, cluster or picture has it"
        ) from error


def _catalog_error(error: BaseException | None, where: str, path: Path | None, busy_seconds: float) -> CatalogError:
    if isinstance(error, sqlite3.Error) and path is not None:
        return _sqlite_error(error, path, busy_seconds)
    state = getattr(error, "sqlstate", None)
    if state in _POSTGRES_LOCKED:
        return _busy(where, busy_seconds)
    if state in _POSTGRES_FULL:
        return LibraryDiskError(
            f"the server of {where} is out of space: this step was undone; make room there, then run the same again"
        )
    if state is None or state.startswith(("08", "28", "3D", "57P")):
        return CatalogUnusableError(
            f"the database {where} cannot be reached ({_first_line(error)}): check that the server runs and that "
            "host, port, user, password and database name are right"
        )
    return CatalogError(f"the database {where} refused: {_first_line(error)}")


def _sqlite_error(error: sqlite3.Error, path: Path, busy_seconds: float) -> CatalogError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _LOCKED:
        return _busy(str(path), busy_seconds)
    if code in _DAMAGED:
        return CatalogUnusableError(
            # SQLite takes a page that the disk cannot read for a damaged one.
            f"the database {path} is damaged, or its disk cannot be read ({error}): it was left as it is; where it "
            "says so again, put a backup in its place with 'recog restore FILE', or move it away and index the photos "
            "again"
        )
    if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
        free = shutil.disk_usage(path.parent).free
        return LibraryDiskError(
            f"no space or no access while writing {path} ({error}; {free / 1e6:.1f} MB free): this step was undone; "
            "make room or check the disk, then run the same again"
        )
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return CatalogUnusableError(
            f"the database {path} cannot be opened for writing ({error}): check the place and who may write there"
        )
    return CatalogError(f"the database {path} refused: {_first_line(error)}")


def _busy(where: str, busy_seconds: float) -> LibraryBusyError:
    return LibraryBusyError(
        f"another program has held the write lock of the database {where} for more than {busy_seconds:g} s: "
        "wait for it or stop it, then run the same again"
    )


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]
