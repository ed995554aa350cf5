"""A disk that takes no more: a real one that is filled, or a limit of this process on the length of its files."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Writing beyond that is an OSError: Python ignores the signal that comes with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(path: Path, left: int) -> None:
    """Fill the disk until only this many kilobytes are free."""
    with suppress(OSError), path.open("ab", buffering=0) as filler:
        while True:
            filler.write(b"0" * 4096)
    os.truncate(path, max(0, path.stat().st_size - (left << 10)))
