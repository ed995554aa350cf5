"""Durable writing: no reader, crash or full disk ever leaves half a file. OSErrors go to the caller."""

import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recog.held_files import refuse_held

TEMPORARY_SUFFIX = ".tmp"
FILE_MODE = 0o600
DIRECTORY_MODE = 0o700
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES, errno.EMLINK})
_TEMPORARY = re.compile(
    r"(\.recog-[0-9a-f]{12})\.(\d+)\.[0-9a-f]{8}" + re.escape(TEMPORARY_SUFFIX) + r"(?:-journal|-wal|-shm)?"
)
"""Names of the temporary files that `arriving` makes, and of the files that SQLite may have written beside them."""


def put(path: Path, content: bytes | memoryview, *, mode: int = FILE_MODE, replace: bool = True) -> None:
    """Write content to path, as `arriving` does."""
    with arriving(path, mode=mode, replace=replace) as (_, descriptor):
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]


@contextmanager
def arriving(path: Path, *, mode: int = FILE_MODE, replace: bool = True) -> Iterator[tuple[Path, int]]:
    """Yield a temporary file of a unique name beside path, and its descriptor; the block fills the file.

    After the block the file is synced, renamed to path, and the directory is synced. If the block or a step before the
    rename fails, the earlier file at path is still there. Without `replace`, an existing file at path raises
    FileExistsError, even if it was made during the block. Replacing the open catalog of this process raises OSError
    (EBUSY).
    """
    temporary = path.with_name(f"{_prefix(path)}.{os.getpid()}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    refuse_held(path)
    try:
        descriptor = open_usable(temporary, os.O_WRONLY | os.O_EXCL, mode=mode)
        try:
            yield temporary, descriptor
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if replace:
            temporary.replace(path)
        else:
            _take_free_name(temporary, path)
        sync_directory(path.parent)
    except BaseException:
        with suppress(OSError):  # report the first failure; `abandoned` finds the file if it stays
            temporary.unlink(missing_ok=True)
        raise


def abandoned(directory: Path) -> list[Path]:
    """Return the temporary files of ended processes in a directory; OSError if it cannot be listed."""
    return [
        one
        for one in sorted(directory.iterdir())
        if (found := _TEMPORARY.fullmatch(one.name)) and not _lives(int(found[2]))
    ]


def discard_unfinished(path: Path) -> None:
    """Delete the temporary files for path, even of running processes; nobody else may be writing to path."""
    # A file that cannot be listed or deleted does no harm.
    with suppress(OSError):
        for one in sorted(path.parent.iterdir()):
            found = _TEMPORARY.fullmatch(one.name)
            if found is not None and found[1] == _prefix(path):
                one.unlink(missing_ok=True)


def make_directory(directory: Path) -> None:
    """Make a directory and its missing parents, durably and for the owner only, whatever the umask says."""
    for path in _missing(directory):
        with suppress(FileExistsError):  # another process has just made it, and decided on its mode
            path.mkdir(mode=DIRECTORY_MODE)
            path.chmod(DIRECTORY_MODE)
        sync_directory(path.parent)


def make_output_directory(directory: Path) -> None:
    """Make a directory and its missing parents for a user's files: the umask decides what others may do there.

    The owner may use it even if the umask says otherwise. Raises FileExistsError if there is a file at the path.
    """
    for path in _missing(directory):
        with suppress(FileExistsError):
            path.mkdir()
            path.chmod(stat.S_IMODE(path.stat().st_mode) | DIRECTORY_MODE)
    directory.mkdir(exist_ok=True)


def open_usable(path: Path, flags: int, *, mode: int = FILE_MODE) -> int:
    """Open a file, creating it if needed; the umask limits `mode` for others, but not for the owner.

    Returns a descriptor that child processes do not inherit.
    """
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, mode)
    try:
        status = os.fstat(descriptor)
        lacking = mode & stat.S_IRWXU & ~status.st_mode
        if lacking and status.st_uid == os.geteuid():
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode) | lacking)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def sync_directory(directory: Path) -> None:
    """Make the entries of a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _missing(directory: Path) -> list[Path]:
    """Return the directory and its parents as far as they do not exist, outermost first."""
    return [path for path in reversed((directory, *directory.parents)) if not path.exists()]


def _take_free_name(temporary: Path, path: Path) -> None:
    """Move the file to path unless that exists, by a hard link, because a rename would overwrite."""
    try:
        path.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without hard links (FAT, some network drives): check, then rename.
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        temporary.rename(path)
    else:
        temporary.unlink()


def _prefix(path: Path) -> str:
    """Return the prefix of temporary files for path, which is short even if its name has 255 bytes."""
    return f".recog-{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]}"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
