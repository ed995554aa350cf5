"""The folders of this machine that an owner may look through to choose some: names of folders, and counts of files."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from recog.errors import CatalogError
from recog.web.folder_choice import refuse_unfit

MEDIA = (Path("/media"), Path("/mnt"), Path("/run/media"), Path("/Volumes"))
"""Where systems mount disks and shares."""
MOST = 1000
"""Folders that are listed of one folder."""


@dataclass(frozen=True, slots=True)
class FolderList:
    """A folder, None for the places to begin at; the folder above it, if that may be listed; and those in it, by name.

    files counts the files in it that are not hidden, whatever they are. more: there are further folders.
    """

    folder: Path | None
    above: Path | None
    folders: tuple[Path, ...]
    files: int = 0
    more: bool = False


def beginnings(known: Sequence[Path], *, home: Path, media: Sequence[Path] = MEDIA) -> tuple[Path, ...]:
    """Return the places below which folders are listed: the home, what is mounted, and folders of the library."""
    mounted = [one for place in media for one in _mounted_in(place)]
    there = [one.resolve() for one in (home, *mounted, *known) if one.is_dir()]
    return tuple(dict.fromkeys(there))


def listed(given: Path | None, begin: Sequence[Path], *, keep_out: Path) -> FolderList:
    """List the folders in one of the places to begin at, or below it; without one, list these places.

    Raises:
        CatalogError: the folder is not below one of them, hidden, the system's or the library's own, or a symbolic link
            leads out; or it cannot be read.
    """
    if given is None:
        return FolderList(None, None, tuple(one for one in begin if _is_fit(one, keep_out)))
    try:
        folder = given.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise CatalogError("this folder is not there any more: begin again") from None
    if not any(folder.is_relative_to(one) for one in begin):
        raise CatalogError("this folder is not below your home, a mounted disk or a folder of the library")
    refuse_unfit(folder, keep_out=keep_out)
    folders, files = [], 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(folder / entry.name)
                elif entry.is_file(follow_symlinks=False):
                    files += 1
    except OSError as error:
        raise CatalogError(f"this folder cannot be read ({error.strerror}): choose another") from None
    folders.sort(key=lambda one: one.name.casefold())
    fit = [one for one in folders if _is_fit(one, keep_out)]
    above = folder.parent if any(folder.parent.is_relative_to(one) for one in begin) else None
    return FolderList(folder, above, tuple(fit[:MOST]), files, len(fit) > MOST)


def _mounted_in(place: Path) -> Iterator[Path]:
    """Yield folders in a place, and, of those that are no mount but a user's, the folders in them."""
    with suppress(OSError):
        for one in sorted(place.iterdir()):
            if one.name.startswith(".") or one.is_symlink() or not one.is_dir():
                continue
            if one.is_mount() or place.name in {"mnt", "Volumes"}:
                yield one
            else:
                with suppress(OSError):
                    yield from (two for two in sorted(one.iterdir()) if two.is_mount())


def _is_fit(folder: Path, keep_out: Path) -> bool:
    try:
        refuse_unfit(folder, keep_out=keep_out)
    except CatalogError:
        return False
    return True
