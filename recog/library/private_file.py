"""Write a file that holds faces or names: for its owner alone, whole or not at all."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recog import durable
from recog.errors import RecogError


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read; an earlier file of that name is replaced at once.

    Raises RecogError where it cannot be written: what was there before still is.
    """
    with _translated(path):
        durable.put(path, content)


def write_private_parts(path: Path, parts: Iterable[bytes]) -> int:
    """Write the same from parts, of which one is in memory at a time; return the number of bytes."""
    size = 0
    with _translated(path), durable.arriving(path) as (_, descriptor), open(descriptor, "wb", closefd=False) as file:
        for part in parts:
            size += file.write(part)
    return size


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RecogError(f"{path} cannot be written: {error.strerror}; name another file") from error
