"""Replace a SQLite catalog by a backup: the earlier one is kept beside it, and a kill loses neither.

A note (`NAME.restoring`) lies beside the database while it is replaced: a catalog whose restore was interrupted is not
opened, because its journal may be gone already.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from recog.durable import arriving, discard_unfinished, make_directory, put, sync_directory
from recog.errors import CatalogError, LibraryBusyError, SchemaOutdatedError, WayOut
from recog.held_files import exclusively, identity_of
from recog.store.connection.backup import BACKUP_MARK
from recog.store.schema.migrations import revisions

_CHUNK = 1 << 20
# Where SQLite's connections hold their shared lock (os_unix.c: SHARED_FIRST, SHARED_SIZE), in a file of any state.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_POISON = b"replaced by recog restore".ljust(100, b"\0")


def refuse_half_restored(path: Path) -> None:
    """Raise CatalogError if a restore was interrupted."""
    if _note(path).exists():
        raise CatalogError(
            f"the catalog {path} was being restored when recog was stopped", way_out=WayOut.RESTORE_AGAIN
        )


@contextmanager
def restoring(path: Path, backup: Path) -> Iterator[Path | None]:
    """Check the backup and hold the place; when the block ends without error, the backup is the catalog at path.

    Yields the copy of the earlier catalog (None if there was none): `NAME.before-restore-TIME`, byte for byte, with its
    journal. The caller holds the writer's lock, and deletes in the block what was derived from the catalog.

    Raises CatalogError if the backup is missing or damaged, SchemaOutdatedError if a newer recog made it,
    LibraryBusyError if another program has the catalog open; each leaves everything as it was.
    """
    if (given := identity_of(backup)) is not None and given == identity_of(path):
        raise CatalogError(f"{backup} is the catalog itself", way_out=WayOut.NAME_BACKUP)
    try:
        make_directory(path.parent)
        discard_unfinished(path)
        with _alone(path) as descriptor:
            with arriving(path) as (copy, _):
                _copy_checked(backup, copy)
                kept = None if descriptor is None else _keep(path, descriptor)
                put(_note(path), f"{backup}\n".encode(errors="replace"))
                try:
                    yield kept
                except BaseException:
                    _note(path).unlink()
                    raise
                for ending in ("-wal", "-shm"):
                    path.with_name(path.name + ending).unlink(missing_ok=True)
                sync_directory(path.parent)
            _note(path).unlink()
            sync_directory(path.parent)
            if descriptor is not None:  # a program that just opened the old file must not write to it
                os.pwrite(descriptor, _POISON, 0)
    except OSError as error:
        raise CatalogError(
            f"{path} cannot be restored ({error.strerror}): make room for three times the catalog, and check who may "
            "write there"
        ) from error


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.restoring")


@contextmanager
def _alone(path: Path) -> Iterator[int | None]:
    """Hold the database file so that nobody has or opens a connection to it; yield None if there is no file.

    Closing any descriptor of the file drops the lock, so this process must not have it open (see recog.held_files).
    """
    with ExitStack() as held:
        try:
            held.enter_context(exclusively(path))
        except BlockingIOError as error:
            raise LibraryBusyError(f"this program has the catalog {path} open: close it, then restore again") from error
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            yield None
            return
        held.callback(os.close, descriptor)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except (BlockingIOError, PermissionError) as error:
            raise LibraryBusyError(
                f"another program has the catalog {path} open: stop it, then restore again"
            ) from error
        yield descriptor


def _copy_checked(backup: Path, copy: Path) -> None:
    """Copy a SQLite database with the content of its journal, and check every page."""
    if not backup.is_file():
        raise CatalogError(f"there is no backup at {backup}", way_out=WayOut.NAME_BACKUP)
    try:
        uri = f"{backup.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
            target.execute("PRAGMA journal_mode=OFF")  # a journal beside the copy would outlive a kill
            source.backup(target)
            problems = [row[0] for row in target.execute("PRAGMA quick_check") if row[0] != "ok"]
            revision = target.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            target.execute("SELECT uuid FROM library").fetchone()[0]  # recog's own, and not empty
    except (sqlite3.Error, TypeError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_ROOM:
            raise CatalogError(
                f"no space or no access while copying {backup} to {copy.parent} ({error}): make room, then try again"
            ) from error
        raise CatalogError(f"{backup} is no sound backup of a catalog ({error}): name another one") from error
    if problems:
        raise CatalogError(f"the backup {backup} is damaged ({problems[0]}): name another one")
    if revision not in revisions():
        raise SchemaOutdatedError(
            f"the backup {backup} has schema {revision}, and this recog knows up to {revisions()[-1]}: update recog"
        )


def _keep(path: Path, descriptor: int) -> Path:
    """Copy the database as it is, damaged or not, and its journal; return the copy.

    This reads the open descriptor, because closing another one of the same file would drop the lock (POSIX).
    """
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    kept = path.with_name(f"{path.name}{BACKUP_MARK}restore-{moment}")
    with suppress(FileNotFoundError), path.with_name(f"{path.name}-wal").open("rb") as journal:
        _copy(journal.fileno(), kept.with_name(f"{kept.name}-wal"))
    _copy(descriptor, kept)
    return kept


def _copy(source: int, target: Path) -> None:
    at = 0
    with arriving(target, replace=False) as (_, descriptor):
        while chunk := os.pread(source, _CHUNK, at):
            at += len(chunk)
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
