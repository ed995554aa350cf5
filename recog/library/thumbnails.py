"""Thumbnails of photos: WebP files in the library's folder, a cache that may be deleted at any time.

Each is named by the digest of its photo, for its owner alone. They are made when a page first shows a photo, and
deleted with it. If they take more than their space, those that were not shown for longest go first.
"""

import errno
import logging
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from recog.durable import DIRECTORY_MODE, sync_directory
from recog.errors import RecogError
from recog.library.private_file import write_private

FOLDER = "thumbnails"
SUFFIX = ".webp"
KEPT_SHARE = 0.9
"""Share of the space that is still used after the oldest thumbnails were deleted."""
SEEN_SECONDS = 86_400.0
"""A thumbnail that is shown is marked as seen at most once in this time, because each mark is a write."""
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})
"""Errors of a path at which nothing can be."""
_logger = logging.getLogger(__name__)


class PhotoThumbnails:
    """The thumbnails of one library's photos. Threads may share it, and other processes may use the same folder."""

    def __init__(self, library: Path, *, space: int) -> None:
        """Keep thumbnails below the library's folder, of at most `space` bytes together."""
        self.folder = library / FOLDER
        self._space = space
        self._lock = Lock()  # guards the next one
        self._used: int | None = None

    def read(self, sha256: str, *, now: float) -> bytes | None:
        """Return the thumbnail of a photo, or None; mark it as seen at `now`, in seconds since 1970."""
        path = self._path(sha256)
        try:
            content = path.read_bytes()
            if now - path.stat().st_mtime > SEEN_SECONDS:
                os.utime(path, (now, now))
        except OSError:  # it is a cache: what cannot be read is made again
            return None
        return content

    def keep(self, sha256: str, content: bytes) -> None:
        """Keep the thumbnail of a photo; a library that cannot be written to keeps none, and works as well."""
        path = self._path(sha256)
        try:
            for folder in (self.folder, path.parent):  # not the library's folder: if that is gone, it stays gone
                folder.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
            write_private(path, content)
            with self._lock:
                self._used = self._all_bytes() if self._used is None else self._used + len(content)
                if self._used > self._space:
                    self._used = self._make_room()
        except (OSError, RecogError) as error:
            _logger.warning("the thumbnail of a photo is not kept: %s", error)

    def drop(self, digests: Iterable[str]) -> None:
        """Delete the thumbnails of photos, durably; RecogError says which one cannot be deleted."""
        changed = set[Path]()
        with self._told():
            for path in map(self._path, digests):
                if _deleted(path):
                    changed.add(path.parent)
            for folder in changed:
                sync_directory(folder)

    def drop_others(self, digests: Collection[str]) -> None:
        """Delete every thumbnail, and what else a killed process left, except those of these photos."""
        with self._told():
            for path in self._files():
                if path.suffix != SUFFIX or path.stem not in digests:
                    _deleted(path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what cannot be deleted, and the way out."""
        try:
            yield
        except OSError as error:
            raise RecogError(
                f"thumbnails cannot be deleted ({error.filename}: {error.strerror}): delete the folder {self.folder}"
            ) from error

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}{SUFFIX}"

    def _files(self) -> Iterator[Path]:
        for inside in _listed(self.folder):
            yield from map(Path, _listed(inside))

    def _all_bytes(self) -> int:
        return sum(size for _, size, _ in self._by_age())

    def _by_age(self) -> list[tuple[float, int, Path]]:
        """Return (seen, bytes, path) of every thumbnail, the one not seen for longest first."""
        found = []
        for path in self._files():
            try:
                stat = path.stat()
            except OSError:  # another process has just deleted it
                continue
            found.append((stat.st_mtime, stat.st_size, path))
        return sorted(found)

    def _make_room(self) -> int:
        """Delete the thumbnails that were not seen for longest; return the bytes of those that stay."""
        kept = self._by_age()
        used = sum(size for _, size, _ in kept)
        for _, size, path in kept:
            if used <= KEPT_SHARE * self._space:
                break
            with suppress(OSError):  # one that cannot be deleted still counts
                path.unlink(missing_ok=True)
                used -= size
        return used


def _deleted(path: Path) -> bool:
    """Delete a file; return whether there was one."""
    try:
        path.unlink()
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        return False
    return True


def _listed(folder: Path | str) -> list[str]:
    try:
        return sorted(entry.path for entry in os.scandir(folder))
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        return []
