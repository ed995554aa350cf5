"""A SQLite file that may only be read: how it is opened, and whether somebody writes it all the same.

SQLite reads a write-ahead log with the help of a file beside it, which it makes where it may. Where it may not, it
follows a writer that has both files there; a database without a log it reads as one that nobody writes ("immutable"),
which is watched here: what changes after all is refused, not misread. A log alone cannot be read at all.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL

from recog.errors import CatalogError


@dataclass(frozen=True, slots=True)
class ReadOnlyFile:
    """The file, and as which it was seen: inode, bytes, nanoseconds; None where SQLite follows its writer."""

    path: Path
    seen: tuple[int, int, int] | None

    @property
    def url(self) -> URL:
        """What opens it so."""
        still = {} if self.seen is None else {"immutable": "1"}
        return URL.create(
            "sqlite", database=f"file:{quote(os.fsencode(self.path))}", query={"mode": "ro", "uri": "true"} | still
        )

    def refuse_changed(self) -> None:
        """CatalogError where a database that nobody should write was written."""
        try:
            changed = self.seen is not None and (_log(self.path).exists() or _seen(self.path) != self.seen)
        except OSError:
            changed = True
        if changed:
            raise CatalogError(
                f"the database {self.path} may only be read here, and is being written elsewhere: open it again"
            )


def read_only_file(path: Path) -> ReadOnlyFile | None:
    """The database at path where it, or the folder that its log would lie in, may not be written; else None.

    One that may not be read either is nobody's concern here. A log that cannot be read is a CatalogError.
    """
    real = path.resolve()
    if (may(real, os.W_OK) and may(real.parent, os.W_OK)) or not may(real, os.R_OK):
        return None
    log = _log(real)
    if not log.exists():
        return ReadOnlyFile(real, _seen(real))
    if not real.with_name(f"{real.name}-shm").exists():
        raise CatalogError(
            f"the last changes of the database {path} are in its log {log.name}, which cannot be read where nothing "
            "may be written: copy the folder to where you may write, and name the copy with --library"
        )
    return ReadOnlyFile(real, None)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _seen(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def may(path: Path, mode: int) -> bool:
    """Whether this process, with its effective rights, may use path in a mode of os.access."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)
