"""Durable writing of index files, with errors in one sentence."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from recog import durable
from recog.errors import SearchIndexError

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def make_directory(directory: Path) -> None:
    """Make a directory with its parents, for its owner only, and make their entries durable."""
    try:
        durable.make_directory(directory)
    except OSError as error:
        raise unwritable(directory, error) from error


def put(path: Path, parts: Sequence[bytes | memoryview]) -> None:
    """Write the parts to path, one after the other, whole and durable or not at all.

    Raises:
        SearchIndexError: the file could not be written; what was at path before is still there, and whole.
    """
    try:
        with durable.arriving(path) as (_, descriptor):
            for part in parts:
                rest = memoryview(part)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
    except OSError as error:
        raise unwritable(path, error) from error


def sync_directory(directory: Path) -> None:
    """Make the entries of a directory durable, so that what was deleted does not come back after a power cut."""
    try:
        durable.sync_directory(directory)
    except OSError as error:
        raise unwritable(directory, error) from error


def unwritable(path: Path, error: OSError) -> SearchIndexError:
    """Return an error that says why path cannot be written, and the way out."""
    if error.errno in NO_SPACE:
        return SearchIndexError(
            f"no space left to write the search index {path}: free some space and run again, the catalog has everything"
        )
    return SearchIndexError(f"the search index {path} cannot be written: {error.strerror or error}")
