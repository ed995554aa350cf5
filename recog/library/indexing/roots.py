"""Roots: the folders that were indexed, and where this machine and others have them."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recog.errors import CatalogError, WayOut
from recog.library.context import LibraryContext
from recog.library.indexing.prune import faces_and_names
from recog.library.inputs import AnyPath, is_there, path_of
from recog.store.catalog import Catalog
from recog.store.records import KnownRoot


@dataclass(frozen=True, slots=True)
class RootList:
    """`roots`: the name of this machine, empty if it has none, and all roots by number."""

    host: str
    roots: tuple[KnownRoot, ...]


@dataclass(frozen=True, slots=True)
class ForgottenRoot:
    """A root of other machines, and what no file outside it shows: photos, their faces, confirmed names.

    confirmed: how many faces of each person go, most first. dropped says whether all of it has gone from the library.
    """

    root: KnownRoot
    photos: int
    faces: int
    confirmed: tuple[tuple[str, int], ...]
    dropped: bool


class Roots:
    """The roots of a library: which machine has them where."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def all(self) -> RootList:
        """Return all roots, those of other machines too."""
        return _listed(self._context.catalog)

    def map(self, number: int, folder: AnyPath, *, unlike: bool = False) -> RootList:
        """Record that a root of another machine is `folder` on this one, and return all roots.

        From then on both machines index the same files. Photos that this machine indexed there by itself become the
        root's, with their names. A folder in which fewer than half of the root's files are found, by path and size, is
        refused unless `unlike`.

        Raises:
            UnknownNumberError: no root has this number.
            CatalogError: the folder is not there, looks like another one, or a share is mounted there already.
        """
        place = path_of(folder)
        with self._context.writing_alone() as catalog:
            sample = catalog.roots.sample(number)
            if not is_there(place):
                raise CatalogError(f"there is no folder {place}: look how it is spelt, and whether its disk is mounted")
            found = _found(place, sample)
            if 2 * found < len(sample) and not unlike:
                raise CatalogError(
                    f"{place} does not look like root {number}: of {len(sample)} of its files {found} are there",
                    way_out=WayOut.MAP_UNLIKE,
                )
            catalog.roots.map(number, place)
            return _listed(catalog)

    def unmap(self, folder: AnyPath) -> RootList:
        """Record that this machine has no share at `folder` any more, and return all roots. Photos and names stay."""
        with self._context.writing_alone() as catalog:
            catalog.roots.unmap(path_of(folder))
            return _listed(catalog)

    def to_forget(self, number: int) -> ForgottenRoot:
        """Return what `forget` would drop with a root.

        Raises:
            UnknownNumberError: no root has this number.
            CatalogError: the root is on this machine.
        """
        return _going(self._context.catalog, number, dropped=False)

    def forget(self, number: int) -> ForgottenRoot:
        """Forget a root that only other machines have, with its files; return what went. Raises as `to_forget` does.

        Photos that another file shows keep their faces and names. The others go for good.
        """
        with self._context.writing_alone() as catalog:
            found = _going(catalog, number, dropped=True)
            catalog.roots.forget(number)
            self._context.vector_index.publish()
            self._context.drop_outdated_thumbnails()
            return found


def _going(catalog: Catalog, number: int, *, dropped: bool) -> ForgottenRoot:
    with catalog.repeatable_reads():
        photo_ids = catalog.roots.photos_only_in(number)
        root = next(one for one in catalog.roots.all() if one.id == number)
        if root.path is not None:
            raise CatalogError(
                f"root {number} is on this machine, at {root.path}: prune that folder if it is gone for good"
            )
        faces, confirmed = faces_and_names(catalog, photo_ids)
    return ForgottenRoot(root, len(photo_ids), faces, confirmed, dropped)


def recognise(catalog: Catalog, folders: Iterable[Path]) -> None:
    """See which folders that are new on this machine are what others, or an earlier recog, indexed by the same path.

    They are if at least half of the files that are known there are here, by path and size. So a library that was moved
    to another machine with its photos, and a share that has one path everywhere, need no mapping.
    """
    for folder in folders:
        for volume_id, sample in catalog.roots.strangers(folder):
            if 2 * _found(folder, sample) >= len(sample):
                catalog.roots.share(volume_id, folder)
                break


def note_roots(catalog: Catalog, folders: Iterable[Path]) -> None:
    """Note the folders that are indexed as roots of the library; a single file is none."""
    for folder in folders:
        if not os.path.isfile(folder):  # noqa: PTH113 - False, too, if the folder above may not be looked into
            catalog.files.add_root(folder)


def _listed(catalog: Catalog) -> RootList:
    return RootList(catalog.host, tuple(catalog.roots.all()))


def _found(folder: Path, sample: Sequence[tuple[str, int]]) -> int:
    """Return how many files of a sample are below a folder, with the same size."""
    return sum(_size(folder / name) == size for name, size in sample)


def _size(path: Path) -> int | None:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - a path may be bytes that are not UTF-8
    except OSError:
        return None
