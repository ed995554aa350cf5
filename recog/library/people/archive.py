"""All photos of a person as one zip archive, made while it is read: in little memory, whatever its size.

The files go in as they are, byte by byte; photos are compressed already.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from recog.errors import CatalogError, PhotoError, WayOut
from recog.library.albums.file_names import FreeNames
from recog.library.people.photos_of import photos_of
from recog.photos import photo_digest, read_in_parts, stat_photo
from recog.printable import printable
from recog.store.catalog import Catalog
from recog.store.records import FiledPhoto
from recog.types import FileStat

LEFT_OUT = "NOT INCLUDED.txt"
_EARLIEST, _LATEST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)
"""The times that an archive can hold."""


def archive(catalog: Catalog, name: str) -> Iterator[bytes]:
    """Return the parts of a zip archive with all photos of a person, the newest first, under their own names.

    One file of each photo is taken that still shows it. Photos without such a file are listed in LEFT_OUT, with the
    reasons. A file that changes or fails while it is read ends the archive with its error: half of a photo is worse.

    Raises:
        UnknownPersonError: nobody has the name.
        CatalogError: no file shows the person.
    """
    found = photos_of(catalog, [name], any_person=False, confirmed=False, by_path=False)
    if not found.photos:
        raise CatalogError(f"no file shows {found.people[0].name} any more", way_out=WayOut.LIST_MISSING)
    stats = catalog.files.present(one.photo.id for one in found.photos)
    known = {stat.path: stat for files in stats.values() for stat in files}
    return _parts(found.photos, known)


@dataclass(slots=True)
class _Sink:
    """Where the archive is written: what was written is taken away part by part."""

    held: bytearray

    def write(self, content: bytes) -> int:
        """Hold the content until it is taken."""
        self.held += content
        return len(content)

    def flush(self) -> None:
        """Do nothing: nobody waits below."""

    def taken(self) -> bytes:
        """Return what was written since."""
        content = bytes(self.held)
        self.held.clear()
        return content


def _parts(photos: Sequence[FiledPhoto], known: dict[Path, FileStat]) -> Iterator[bytes]:
    sink = _Sink(bytearray())
    names = FreeNames((LEFT_OUT,))
    left_out: list[str] = []
    with ZipFile(sink, "w", ZIP_STORED, strict_timestamps=False) as zipped:  # type: ignore[call-overload] # no file
        for one in photos:
            chosen = _file_of(one, known)
            if not isinstance(chosen, FileStat):
                left_out.append(chosen)
                continue
            info = ZipInfo(names.of(chosen.path.name), _moment(chosen.mtime_ns))
            info.external_attr = 0o644 << 16
            with zipped.open(info, "w") as entry:
                for part in read_in_parts(chosen.path):
                    entry.write(part)
                    yield sink.taken()
        if left_out:
            zipped.writestr(LEFT_OUT, "\n".join([*left_out, ""]))
    yield sink.taken()


def _file_of(one: FiledPhoto, known: dict[Path, FileStat]) -> FileStat | str:
    """Return the first file that still shows the photo, or why there is none."""
    problems = []
    for path in one.paths:
        try:
            stat = stat_photo(path)
            if stat == known.get(path) or photo_digest(path) == one.photo.sha256:
                return stat
        except PhotoError as error:
            problems.append(str(error))
        else:
            problems.append(f"{printable(path)} holds another photo by now: index it again")
    return "; ".join(problems)


def _moment(mtime_ns: int) -> tuple[int, int, int, int, int, int]:
    moment = time.localtime(mtime_ns / 1e9)[:6]
    return max(_EARLIEST, min(_LATEST, moment))
