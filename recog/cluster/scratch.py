"""Arrays on the disk for clusterings that are larger than memory. Their files have no name and end with the process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recog.errors import LibraryDiskError

BLOCK = 1 << 16
"""Rows that are copied at once."""


def array_on_disk(folder: Path, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Make an array of zeros that is mapped from a file without a name in the folder.

    What is written there is never found again when the process has ended, even by a kill.
    """
    if not all(shape):
        return np.empty(shape, dtype)
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    with room_for(folder, size), TemporaryFile(dir=folder) as file:
        os.posix_fallocate(file.fileno(), 0, size)  # else a disk that becomes full would end the process
        return np.memmap(file, dtype, "r+", shape=shape)


@contextmanager
def room_for(folder: Path, size: int) -> Iterator[None]:
    """Raise LibraryDiskError if the folder cannot hold `size` more bytes, or nothing may be written there."""
    try:
        yield
    except OSError as error:
        raise LibraryDiskError(
            f"the folder {folder} cannot hold {size / 1e9:.1f} GB that the clustering needs there for a moment "
            f"({error.strerror}): make room, or check who may write there, then run the same again"
        ) from error


def copied(folder: Path, rows: NDArray[Any], places: NDArray[np.int64] | None = None) -> NDArray[Any]:
    """Copy an array, (n, ...), or its rows at places, (m,), to the disk, block by block."""
    count = len(rows) if places is None else len(places)
    target = array_on_disk(folder, (count, *rows.shape[1:]), rows.dtype)
    for start in range(0, count, BLOCK):
        block = slice(start, min(start + BLOCK, count))
        target[block] = rows[block] if places is None else rows[places[block]]
    return target
