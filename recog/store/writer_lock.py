"""The writer's lock of a library: a lock on a file, which the kernel frees even after kill -9."""

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from recog.durable import make_directory, open_usable
from recog.errors import CatalogError, LibraryBusyError, LibraryDiskError, LibraryReplacedError


def lock_owner(directory: Path) -> str | None:
    """Return the process id of the writer that holds the lock, or None. Takes a shared lock briefly to find out."""
    try:
        descriptor = os.open(directory / "writer.lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _owner(descriptor)
    finally:
        os.close(descriptor)
    return None


_PID_TRIES = 50
_PID_SECONDS = 0.02
_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
_LOOK_TRIES = 5
"""Tries before a held lock is refused, because `lock_owner` holds it for some microseconds."""


class WriterLock:
    """Holds `<directory>/writer.lock` while entered; the file holds the owner's process id.

    If another process holds it, raises LibraryBusyError at once. Programs that this one starts do not inherit it.
    Without `create`, a missing directory is a LibraryReplacedError, and is not made.
    """

    def __init__(self, directory: Path, *, create: bool = True) -> None:
        self._path = directory / "writer.lock"
        self._create = create
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        try:
            if self._create:
                make_directory(self._path.parent)
            descriptor = open_usable(self._path, os.O_RDWR)
        except FileNotFoundError as error:
            raise LibraryReplacedError(
                f"the folder {self._path.parent} was deleted or moved while recog had the library open, so nothing is "
                "saved: stop recog, put the folder back in its place, and start again"
            ) from error
        except OSError as error:
            raise self._refused("opened", error, "check who may write there") from error
        try:
            _take(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            owner = _owner(descriptor)
            os.close(descriptor)
            raise LibraryBusyError(
                f"another recog (pid {owner}) is writing to {self._path.parent}: wait for it or stop it"
            ) from error
        except OSError as error:
            os.close(descriptor)
            raise self._refused("taken", error, "check the disk") from error
        self._descriptor = descriptor
        return self

    def _refused(self, what: str, error: OSError, way_out: str) -> CatalogError:
        """Make the error for a lock that cannot be opened or taken."""
        if error.errno in _OF_THE_DISK:
            return LibraryDiskError(
                f"the lock {self._path} cannot be {what} ({error.strerror}): make room or check the disk, then run the "
                "same again"
            )
        return CatalogError(f"the lock {self._path} cannot be {what} ({error.strerror}): {way_out}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            with suppress(OSError):  # on a full or failing disk the id stays, but not the lock
                os.ftruncate(self._descriptor, 0)
            # Frees the lock even if the disk fails; the file stays, because removing it would race.
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


def _take(descriptor: int) -> None:
    """Take the lock; raise BlockingIOError if another process keeps it."""
    tries = _LOOK_TRIES
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if tries == 0:
                raise
            tries -= 1
            time.sleep(_PID_SECONDS)
        else:
            return


def _owner(descriptor: int) -> str:
    """Return the process id in a held lock file; its owner writes it shortly after taking the lock."""
    for _ in range(_PID_TRIES):
        if owner := os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip():
            return owner
        time.sleep(_PID_SECONDS)
    return "unknown"
