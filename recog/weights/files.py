"""Writing of cache files, so that no reader, crash or second process ever finds half a file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recog import durable
from recog.errors import WeightsMissingError


def publish(path: Path, data: bytes) -> None:
    """Write a file completely and durably, or leave the old one."""
    try:
        durable.put(path, data)
    except OSError as error:
        raise WeightsMissingError(
            f"{path} cannot be written ({error.strerror}): free {len(data) / 1e6:.0f} MB there, or choose another cache"
        ) from error


@contextmanager
def locked(cache: Path, name: str) -> Iterator[None]:
    """Wait for the lock on one network's file in the cache, and hold it; make the folder if needed."""
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
