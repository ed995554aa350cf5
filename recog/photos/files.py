"""Reading of a photo file: its bytes, read once, or only their digest."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from recog.errors import PhotoTooLargeError
from recog.held_files import refuse_held
from recog.photos.reasons import Reason, unreadable, unreadable_from
from recog.printable import printable
from recog.types import FileStat

MAX_FILE_BYTES = 1 << 30
"""Files above 1 GiB are not read into memory; 100 megapixels of uncompressed 16-bit colour take 600 MB."""

PART = 1 << 20
"""Bytes of a file that are read at once where it is not needed whole."""


def stat_photo(path: Path) -> FileStat:
    """Return size and time of one file, following links; UnreadablePhotoError if it is no readable regular file."""
    with _translated(path):
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise unreadable(path, Reason.NOT_A_FILE)
    return FileStat(path=path, size=status.st_size, mtime_ns=status.st_mtime_ns)


def photo_digest(path: Path) -> str:
    """Return the hexadecimal SHA-256 of the file's bytes, streamed: little memory for any size.

    Raises UnreadablePhotoError as read_photo does, but the bytes need not be a photo.
    """
    with _opened(path) as (file, before):
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        _refuse_changed(path, file, before, file.tell())
    return digest


def read_bytes(path: Path) -> tuple[bytes, int]:
    """Return all bytes of a photo file and its modification time (ns since 1970), both from the same moment.

    Raises:
        UnreadablePhotoError: missing, forbidden, not_a_file, empty, changed while it was read, io_error ...
        PhotoTooLargeError: it is larger than MAX_FILE_BYTES.
    """
    with _opened(path) as (file, before):
        if before.st_size == 0:
            raise unreadable(path, Reason.EMPTY)
        if before.st_size > MAX_FILE_BYTES:
            message = (
                f"{printable(path)} has {before.st_size / 1e6:.0f} MB, the limit is {MAX_FILE_BYTES / 1e6:.0f} MB: "
                "save it smaller, or leave it out"
            )
            raise PhotoTooLargeError(message, reason=Reason.TOO_LARGE)
        # Ask for one byte too many: a growing file is noticed, and cannot fill the memory.
        data = file.read(before.st_size + 1)
        _refuse_changed(path, file, before, len(data))
    return data, before.st_mtime_ns


def read_in_parts(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in parts of at most PART bytes: little memory for any size.

    Raises UnreadablePhotoError as read_photo does; if the file changes meanwhile, after its last part at the latest.
    """
    with _opened(path) as (file, before):
        read = 0
        while read <= before.st_size and (part := file.read(PART)):
            read += len(part)
            yield part
        _refuse_changed(path, file, before, read)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BufferedReader, os.stat_result]]:
    """Open a regular file for reading; refuse a pipe or device without waiting for it or waking it up."""
    stat_photo(path)
    with _translated(path):
        refuse_held(path)
        # Since the check above the name may have become a pipe: O_NONBLOCK opens that without waiting.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise unreadable(path, Reason.NOT_A_FILE)
            yield file, status


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unreadable_from(path, error) from error


def _refuse_changed(path: Path, file: BufferedReader, before: os.stat_result, bytes_read: int) -> None:
    after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns, bytes_read) != (before.st_size, before.st_mtime_ns, before.st_size):
        raise unreadable(path, Reason.CHANGED)
