"""Writing of cache files: no reader, crash or second process ever meets half a file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recog import durable
from recog.errors import WeightsMissingError


def publish(path: Path, data: bytes) -> None:
    """Write a file whole and durable, or leave the old one."""
    try:
        durable.put(path, data)
    except OSError as error:
        raise WeightsMissingError(
            f"{path} cannot be written ({error.strerror}): free {len(data) / 1e6:.0f} MB there, or choose another cache"
        ) from error


@contextmanager
def locked(cache: Path, name: str) -> Iterator[None]:
    """Hold the lock on one network's file in the cache, waiting for it; makes the folder."""
    try:
        durable.make_directory(cache)
        descriptor = durable.open_usable(cache / f".{name}.lock", os.O_RDWR)
    except OSError as error:
        raise WeightsMissingError(
            f"the weights cache {cache} cannot be written ({error.strerror}): choose another cache"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
