"""A SQLite file that may only be read: how it is opened, and whether somebody writes it nevertheless.

SQLite reads a write-ahead log with the help of a second file (-shm), which it makes if it may. If it may not, it can
follow a writer that keeps both files there. A database without a log is opened as immutable, and watched here: if
it changes, questions are refused instead of misread. A log without the second file cannot be read at all.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL

from recog.errors import CatalogError, WayOut


@dataclass(frozen=True, slots=True)
class ReadOnlyFile:
    """The file, and how it was seen (inode, size in bytes, time in nanoseconds); None if SQLite follows its writer."""

    path: Path
    seen: tuple[int, int, int] | None

    @property
    def url(self) -> URL:
        """The URL that opens the file for reading."""
        still = {} if self.seen is None else {"immutable": "1"}
        return URL.create(
            "sqlite", database=f"file:{quote(os.fsencode(self.path))}", query={"mode": "ro", "uri": "true"} | still
        )

    def refuse_changed(self) -> None:
        """Raise CatalogError if a database that was opened as immutable was written."""
        try:
            changed = self.seen is not None and (_log(self.path).exists() or _seen(self.path) != self.seen)
        except OSError:
            changed = True
        if changed:
            raise CatalogError(
                f"the database {self.path} may only be read here, and is being written elsewhere: open it again"
            )


def read_only_file(path: Path) -> ReadOnlyFile | None:
    """Return the database at path if it, or the folder of its log, may not be written; otherwise None.

    Also None if it may not be read either. A log that cannot be read is a CatalogError.
    """
    real = path.resolve()
    if (may(real, os.W_OK) and may(real.parent, os.W_OK)) or not may(real, os.R_OK):
        return None
    log = _log(real)
    if not log.exists():
        return ReadOnlyFile(real, _seen(real))
    if not real.with_name(f"{real.name}-shm").exists():
        raise CatalogError(
            f"the last changes of the database {path} are in its log {log.name}, which cannot be read if nothing "
            "may be written",
            way_out=WayOut.COPY_LIBRARY,
        )
    return ReadOnlyFile(real, None)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _seen(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def may(path: Path, mode: int) -> bool:
    """Return whether this process, with its effective rights, may use path in a mode of os.access."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)
