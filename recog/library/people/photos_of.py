"""Search for the photos that show people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recog.errors import CatalogError
from recog.store.catalog import Catalog
from recog.store.records import FiledPhoto
from recog.types import DateSource, Person, Photo


@dataclass(frozen=True, slots=True)
class FoundPhotos:
    """`find`: photos that show these people. missing: number of further photos whose files are all gone."""

    people: tuple[Person, ...]
    photos: tuple[FiledPhoto, ...]
    missing: int


def photos_of(catalog: Catalog, names: Sequence[str], *, any_of: bool, confirmed: bool, by_path: bool) -> FoundPhotos:
    """Return the photos that show all of the named people, or with `any_of` at least one; see `People.find`."""
    if not names:
        raise CatalogError("nobody is named: give one name at least")
    people = {person.id: person for person in map(catalog.people.by_name, names)}
    shown = catalog.photos.of_people(people, every=not any_of, confirmed=confirmed)
    there = [one for one in shown if one.paths]
    if not by_path:
        there.sort(key=lambda one: _clock(one.photo), reverse=True)
    return FoundPhotos(tuple(people.values()), tuple(there), len(shown) - len(there))


def _clock(photo: Photo) -> datetime:
    """Return the local time of a photo, so that dates with and without a known offset compare.

    The time of the file's last change is not used, because it is not when the photo was taken.
    """
    if photo.taken_at is None or photo.taken_from is DateSource.FILE_TIME:
        return datetime.min  # noqa: DTZ901 - before every other
    return photo.taken_at.replace(tzinfo=None)
