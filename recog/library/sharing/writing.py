"""Where shared pictures go: a folder or a zip archive. No file is ever overwritten."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from recog import durable
from recog.errors import SharingError

_PICTURE_MODE = 0o666
"""The mode before the umask: pictures for others are ordinary files."""
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)
_MOST_TAKEN = 100_000


class Album(Protocol):
    """Takes finished pictures."""

    def add(self, jpeg: bytes) -> str:
        """Take the bytes of a JPEG, and return the name that the picture got there."""


def name_of(number: int) -> str:
    """Return the name of a picture: that of the photo may say who, where and when."""
    return f"picture-{number:03}.jpg"


class Folder:
    """A folder of pictures; numbers that are taken are passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        try:
            durable.make_output_directory(path)
        except OSError as error:
            raise SharingError(f"the folder {path} cannot be made ({error.strerror}): name another one") from error

    def add(self, jpeg: bytes) -> str:
        """Write the picture under the first free number."""
        while self._number < _MOST_TAKEN:
            self._number += 1
            target = self._path / name_of(self._number)
            if os.path.lexists(target):
                continue
            try:
                durable.put(target, jpeg, mode=_PICTURE_MODE, replace=False)
            except FileExistsError:
                continue
            except OSError as error:
                raise SharingError(f"{target} cannot be written ({error.strerror}): name another folder") from error
            return target.name
        raise SharingError(f"{self._path} holds {_MOST_TAKEN:,} pictures: name another folder")


class Zip:
    """A zip archive of pictures, with neither their times nor those of the photos."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._number = 0

    def add(self, jpeg: bytes) -> str:
        """Add the picture under the next number."""
        self._number += 1
        info = ZipInfo(name_of(self._number), _NO_MOMENT)
        info.external_attr = 0o644 << 16
        self._archive.writestr(info, jpeg, ZIP_STORED)
        return info.filename


@contextmanager
def zipped(path: Path) -> Iterator[Zip]:
    """Open an archive that appears under its name once it is complete."""
    with new_file(path) as descriptor, open(descriptor, "wb", closefd=False) as file, ZipFile(file, "w") as archive:
        yield Zip(archive)


@contextmanager
def new_file(path: Path) -> Iterator[int]:
    """Yield the descriptor of a file that appears at path once it is complete; SharingError if that is taken."""
    if os.path.lexists(path):
        raise _exists(path)
    try:
        with durable.arriving(path, mode=_PICTURE_MODE, replace=False) as (_, descriptor):
            yield descriptor
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise SharingError(f"{path} cannot be written ({error.strerror}): name another file") from error


def _exists(path: Path) -> SharingError:
    return SharingError(f"{path} exists already, and recog never overwrites: name another file")
