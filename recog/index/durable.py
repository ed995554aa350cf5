"""Put a file in place so that a reader, a crash or a full disk never meets half of it."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from recog.errors import SearchIndexError

TEMPORARY_SUFFIX = ".tmp"
FILE_MODE = 0o600
DIRECTORY_MODE = 0o700
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def make_directory(directory: Path) -> None:
    """Make a directory with its parents, for its owner only, and make their entries durable."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    try:
        for path in reversed(missing):
            path.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
            _sync_directory(path.parent)
    except OSError as error:
        raise unwritable(directory, error) from error


def put(path: Path, content: bytes | memoryview) -> None:
    """Write content to path: temporary file of a name nobody shares, fsync, rename, fsync of the directory.

    Raises:
        SearchIndexError: the file could not be written; what was at path before is still there, and whole.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        try:
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):  # the failure to report is the first one; `sweep` finds what is left
            temporary.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> SearchIndexError:
    """One sentence on why path cannot be written, with the way out."""
    if error.errno in NO_SPACE:
        return SearchIndexError(
            f"no space left to write the search index {path}: free some space and run again, the catalog has everything"
        )
    return SearchIndexError(f"the search index {path} cannot be written: {error.strerror or error}")


def _write_all(descriptor: int, content: bytes | memoryview) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
