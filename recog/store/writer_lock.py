"""One writer of a library at a time: a lock on a file that the kernel frees even after kill -9."""

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
    """Process id of the writer that holds the lock, None where nobody does. Takes it for a moment to find out."""
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
"""Whoever asks for the owner holds the lock for some microseconds: that alone refuses nobody."""


class WriterLock:
    """Holds `<directory>/writer.lock` while entered; the file holds the owner's process id.

    Another process that holds it is a LibraryBusyError at once. Not inherited by programs that this one starts.
    Without `create`, a directory that is not there is a LibraryReplacedError, and is not made.
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
        """Why the lock cannot be opened or taken."""
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
            with suppress(OSError):  # a full or failing disk: the id of a process that is gone stays, the lock does not
                os.ftruncate(self._descriptor, 0)
            # Frees the lock, also where the disk complains; the file stays, for removing it would race.
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


def _take(descriptor: int) -> None:
    """Take the lock; BlockingIOError where another process keeps it."""
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
    """The process id in a lock file that is held; its owner writes it a moment after it took the lock."""
    for _ in range(_PID_TRIES):
        if owner := os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip():
            return owner
        time.sleep(_PID_SECONDS)
    return "unknown"
