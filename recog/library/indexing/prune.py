"""Drop photos whose files are gone, and say first what goes with them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recog.errors import CatalogError, WayOut
from recog.library.context import LibraryContext
from recog.library.indexing.survey import is_gone
from recog.library.inputs import AnyPath, path_of
from recog.store.catalog import Catalog
from recog.types import Origin


@dataclass(frozen=True, slots=True)
class MissingPhotos:
    """`prune`: files that are gone, by path, and what no other file shows: photos, their faces, confirmed names.

    confirmed: how many faces of each person go, most first. dropped says whether all of it has gone from the library.
    folder is the one that was named, None for all that is marked as missing; roots: indexed folders in it of which
    nothing is left, so that they go too.
    """

    files: tuple[Path, ...]
    photos: int
    faces: int
    confirmed: tuple[tuple[str, int], ...]
    dropped: bool
    folder: Path | None = None
    roots: tuple[Path, ...] = ()


def missing_photos(context: LibraryContext, folder: AnyPath | None) -> MissingPhotos:
    """Return the files that are gone, and what goes with them; see `Photos.missing`."""
    return _found(context.catalog, folder, dropped=False)


def prune_photos(context: LibraryContext, folder: AnyPath | None) -> MissingPhotos:
    """Drop the files that are gone, and what goes with them; see `Photos.prune`."""
    with context.writing_alone() as catalog:
        found = _found(catalog, folder, dropped=True)
        if found.folder is None:
            catalog.files.drop_missing(found.files)
        else:
            failed = [one.stat.path for one in catalog.files.failures(found.folder) if is_gone(one.stat.path)]
            catalog.files.drop([*found.files, *failed], folders=found.roots)
        context.vector_index.publish()
        context.drop_outdated_thumbnails()
        return found


def _found(catalog: Catalog, given: AnyPath | None, *, dropped: bool) -> MissingPhotos:
    if given is None:
        return _missing(catalog, catalog.files.missing(), dropped=dropped)
    folder = path_of(given)
    known = catalog.files.below(folder)
    roots = [root for root in catalog.files.roots() if root.is_relative_to(folder)]
    if not known and not roots:
        raise CatalogError(f"the library knows no file in {folder}", way_out=WayOut.LIST_ROOTS)
    found = _missing(catalog, known, dropped=dropped)
    left = {path for path, _ in known}.difference(found.files)
    empty = tuple(root for root in roots if not any(path.is_relative_to(root) for path in left))
    return replace(found, folder=folder, roots=empty)


def _missing(catalog: Catalog, listed: Sequence[tuple[Path, int]], *, dropped: bool) -> MissingPhotos:
    """Return what goes with missing files; a file that came back since it was marked is left out."""
    marked = [(path, photo_id) for path, photo_id in listed if is_gone(path)]
    gone = {path for path, _ in marked}
    with catalog.repeatable_reads():
        shown = catalog.files.paths({photo_id for _, photo_id in marked})
        elsewhere = catalog.files.elsewhere(shown)
        photo_ids = [one for one, paths in shown.items() if one not in elsewhere and gone.issuperset(paths)]
        faces, confirmed = faces_and_names(catalog, photo_ids)
    return MissingPhotos(tuple(path for path, _ in marked), len(photo_ids), faces, confirmed, dropped)


def faces_and_names(catalog: Catalog, photo_ids: Iterable[int]) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Return how many faces are in photos, and how many confirmed ones of each person, most first."""
    faces = [face for theirs in catalog.faces.of_photos(photo_ids).values() for face in theirs]
    owners = Counter(face.person_id for face in faces if face.origin is Origin.CONFIRMED and face.person_id is not None)
    people = catalog.people.by_ids(owners)
    rows = [(people[one].name, number) for one, number in owners.items()]
    return len(faces), tuple(sorted(rows, key=lambda row: (-row[1], row[0])))
