"""Selection of the photos and styles of a batch, identified by the digest of their bytes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recog.errors import NoPhotosFoundError, PhotoError, WayOut
from recog.library.indexing.results import FailedPhoto
from recog.photos import find_photos, photo_digest
from recog.store.catalog import Catalog
from recog.style.batch import StyleSource


@dataclass(frozen=True, slots=True)
class Contents:
    """The photos of a batch, and those that cannot be read."""

    sources: tuple[StyleSource, ...]
    unreadable: tuple[FailedPhoto, ...]


def contents_of(paths: Iterable[Path]) -> Contents:
    """Return the given files as contents; files that cannot be read are left out and listed."""
    return _read(paths, [])


def contents_below(folder: Path, *, out: Path) -> Contents:
    """Return every photo below a folder, except those in `out`, because results are not contents.

    Raises:
        NoPhotosFoundError: the folder does not exist or holds no photo.
    """
    unreadable: list[FailedPhoto] = []
    results = out.resolve()
    found = [
        stat.path
        for stat in find_photos(folder, on_error=lambda path, error: unreadable.append(_failed(path, error)))
        if not stat.path.resolve().is_relative_to(results)
    ]
    if not found and not unreadable:
        raise NoPhotosFoundError(f"{folder} holds no photo to style: name another folder")
    return _read(found, unreadable)


def contents_with(catalog: Catalog, name: str) -> Contents:
    """Return the photos that show a person, by confirmed or matched faces, each once; videos are left out.

    Raises:
        UnknownPersonError: nobody has this name. NoPhotosFoundError: the person is on no photo.
    """
    person = catalog.people.by_name(name)
    photo_ids = sorted({face.photo_id for face in catalog.faces.of_person(person.id)})
    photos = catalog.photos.by_ids(photo_ids)
    paths = catalog.files.paths(one for one in photo_ids if photos[one].duration is None)
    if not paths:
        raise NoPhotosFoundError(f"no photo shows {person.name}", way_out=WayOut.NAME_FACES)
    return _read([paths[photo_id][0] for photo_id in photo_ids if photo_id in paths], [])


def style_sources(paths: Sequence[Path]) -> list[StyleSource]:
    """Return the style pictures with their digests.

    Raises:
        PhotoError: a style picture cannot be read, so nothing can be made in that style.
    """
    return [StyleSource(path, photo_digest(path)) for path in paths]


def _read(paths: Iterable[Path], unreadable: list[FailedPhoto]) -> Contents:
    sources = []
    for path in paths:
        try:
            sources.append(StyleSource(path, photo_digest(path)))
        except PhotoError as error:
            unreadable.append(_failed(path, error))
    return Contents(tuple(sources), tuple(unreadable))


def _failed(path: Path, error: PhotoError) -> FailedPhoto:
    return FailedPhoto(path, error.reason, str(error))
