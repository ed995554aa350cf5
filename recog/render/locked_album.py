"""Shared pictures as one HTML file that a password opens in a browser."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from recog.library.sharing.locking import ROUNDS, Lock, lock_of
from recog.library.sharing.writing import name_of, new_file
from recog.render.page import report

_PARTS = "@@PARTS@@"
"""Where the encrypted parts go, which are written one by one."""


class LockedAlbum:
    """An album whose pictures are encrypted; recog.library.sharing.writing.Album."""

    def __init__(self, file: BinaryIO, lock: Lock) -> None:
        self._file = file
        self._lock = lock

    def add(self, jpeg: bytes) -> str:
        """Add the picture under the next number."""
        self._put(jpeg)
        return name_of(self._lock.parts)

    def finish(self) -> None:
        """Add how many pictures there are, so that the page notices when some are missing."""
        self._put(json.dumps({"pictures": self._lock.parts}).encode())

    def _put(self, content: bytes) -> None:
        self._file.write(b"<div>" + base64.b64encode(self._lock.locked(content)) + b"</div>\n")


@contextmanager
def locked_album(path: Path, password: str) -> Iterator[LockedAlbum]:
    """Open a page that appears under its name once it is complete.

    Raises:
        ConfigError: `cryptography` is not installed. SharingError: the password is short, or the file exists.
    """
    lock = lock_of(password)
    values = {"salt": base64.b64encode(lock.salt).decode(), "rounds": ROUNDS, "parts": _PARTS}
    page = report(
        "locked_album.html",
        values,
        title="pictures",
        styles=["report.css", "locked_album.css"],
        scripts=["locked_album.js"],
    )
    before, _, after = page.partition(_PARTS)
    with new_file(path) as descriptor, open(descriptor, "wb", closefd=False) as file:
        file.write(before.encode("utf-8"))
        album = LockedAlbum(file, lock)
        yield album
        album.finish()
        file.write(after.encode("utf-8"))
