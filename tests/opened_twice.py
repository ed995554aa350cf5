"""Watch this process for code that opens a catalog beside SQLite, and so drops its locks (see recog.held_files)."""

import os
import subprocess
import sys
import traceback
from pathlib import Path
from threading import local

from recog.held_files import is_held

_busy = local()


class OpenedTwiceError(AssertionError):
    """A file was opened that this process has open in SQLite."""


def watch() -> None:
    """From now on, opening such a file raises OpenedTwiceError; SQLite's own calls are not seen here."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or getattr(_busy, "looking", False):
        return
    path = arguments[0]
    if not isinstance(path, (str, bytes, os.PathLike)):  # a descriptor that is open already
        return
    _busy.looking = True
    try:
        held = is_held(Path(os.fsdecode(path)))
    finally:
        _busy.looking = False
    if held:
        opener = "".join(traceback.format_stack(limit=6)[:-1])
        raise OpenedTwiceError(f"{os.fsdecode(path)} is open in SQLite; closing it again drops its locks:\n{opener}")


def bytes_of(path: Path) -> bytes:
    """The bytes of a file that may be open in SQLite, read by another process."""
    return subprocess.run(["cat", "--", path], capture_output=True, check=True).stdout
