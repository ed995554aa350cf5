"""The SQLite files that this process has open: nothing else in the process may open or replace them.

POSIX record locks belong to a process, not to a descriptor. When a process closes any descriptor of a file, it loses
all of its locks on that file, SQLite's too (fcntl(2); "How To Corrupt An SQLite Database File", section 2.2). The next
process then finds the database unlocked, believes that it is alone, and deletes the write-ahead log with the changes
in it. SQLite takes care of its own descriptors. The rest of recog follows three rules:

* Size, time and mode of a catalog, its -wal and its -shm are read and set by path (os.stat, os.chmod).
* A file that a user names is opened only after `refuse_held`.
* `exclusively` is for code that must open the file itself: it fails while the file is held, and lets nobody hold it.
"""

import errno
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

Identity = tuple[int, int]
"""Device and inode: two paths with the same identity are one file."""

_LOCK = Lock()
# A fork inherits these tables but no lock, so the process id is part of each key.
_HELD: Counter[tuple[int, Path]] = Counter()
_EXCLUSIVE: set[tuple[int, Path]] = set()


def identity_of(path: Path) -> Identity | None:
    """Return device and inode of the file at path, following links; None if there is no file."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino


def hold(path: Path) -> Path:
    """Count one more user of the database at path, and return its real path, for `let_go`.

    Raises BlockingIOError while `exclusively` holds it.
    """
    key = _key(path)
    with _LOCK:
        if key in _EXCLUSIVE:
            raise _busy(path, "it is being replaced by this process")
        _HELD[key] += 1
    return key[1]


def let_go(held: Path) -> None:
    """Count one user less of the path that `hold` returned; the last user calls this after SQLite has closed the file.

    The path is not resolved again, because a link in it may lead elsewhere by now.
    """
    key = os.getpid(), held
    with _LOCK:
        _HELD[key] -= 1
        if _HELD[key] <= 0:
            del _HELD[key]


def is_held(path: Path) -> bool:
    """Return whether path is a database that this process has open, or its -wal or -shm, by any name or link."""
    with _LOCK:
        databases = [database for pid, database in _HELD if pid == os.getpid()]
    if not databases or (identity := identity_of(path)) is None:
        return False
    files = (database.with_name(database.name + ending) for database in databases for ending in ("", "-wal", "-shm"))
    return any(identity_of(file) == identity for file in files)


def refuse_held(path: Path) -> None:
    """Raise OSError (EBUSY) if this process has the file open in SQLite; call it before opening or replacing path."""
    if is_held(path):
        raise _busy(path, "it is the open catalog of the library")


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Keep the database at path closed in this process during the block; BlockingIOError if it is open."""
    key = _key(path)
    with _LOCK:
        if key in _EXCLUSIVE or _HELD[key] > 0:
            raise _busy(path, "this process has it open")
        _EXCLUSIVE.add(key)
    try:
        yield
    finally:
        with _LOCK:
            _EXCLUSIVE.remove(key)


def _key(path: Path) -> tuple[int, Path]:
    return os.getpid(), path.resolve()


def _busy(path: Path, reason: str) -> BlockingIOError:
    return BlockingIOError(errno.EBUSY, reason, str(path))
