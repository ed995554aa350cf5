"""Search for the photos that show people, or that fit a query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recog.errors import CatalogError
from recog.library.people.moments import VideoMoments, moments_of
from recog.query.conditions import Condition, Shows, any_of, every, people_in
from recog.query.reading import read_query
from recog.query.words import quoted
from recog.store.catalog import Catalog
from recog.store.people.known_names import KnownNames
from recog.store.records import FiledPhoto
from recog.types import DateSource, Person, Photo


@dataclass(frozen=True, slots=True)
class FoundPhotos:
    """`find`: photos that fit, and the people who were named. missing: number of further photos without a file.

    moments: when these people are seen in the videos among the photos.
    """

    people: tuple[Person, ...]
    photos: tuple[FiledPhoto, ...]
    missing: int
    moments: tuple[VideoMoments, ...] = ()


def photos_of(
    catalog: Catalog, names: Sequence[str], *, any_person: bool, confirmed: bool, by_path: bool
) -> FoundPhotos:
    """Return the photos that show all of the named people, or with `any_person` at least one; see `People.find`."""
    if not names:
        raise CatalogError("nobody is named: give one name at least")
    shown = [Shows(catalog.people.by_name(name).id) for name in names]
    wanted = any_of(shown) if any_person else every(shown)
    return _fitting(catalog, wanted, confirmed=confirmed, by_path=by_path)


def photos_asked(
    catalog: Catalog, words: Sequence[str], *, any_part: bool, confirmed: bool, by_path: bool
) -> FoundPhotos:
    """Return the photos that fit a query, given in words; see `People.find_by_query`."""
    known = KnownNames(catalog.people.all(hidden=True))
    parts = [quoted(word) if known.called(word) is not None else word for word in words]
    query = read_query((" or " if any_part else " ").join(parts), known)
    return _fitting(catalog, query.condition, confirmed=confirmed, by_path=by_path)


def _fitting(catalog: Catalog, wanted: Condition, *, confirmed: bool, by_path: bool) -> FoundPhotos:
    named = people_in(wanted)
    people = catalog.people.by_ids(named)
    shown = catalog.photos.that_fit(wanted, confirmed=confirmed)
    there = [one for one in shown if one.paths]
    if not by_path:
        there.sort(key=lambda one: _clock(one.photo), reverse=True)
    moments = moments_of(catalog, there, named, confirmed=confirmed)
    shown_people = tuple(people[one] for one in named if one in people)
    return FoundPhotos(shown_people, tuple(there), len(shown) - len(there), moments)


def _clock(photo: Photo) -> datetime:
    """Return the local time of a photo, so that dates with and without a known offset compare.

    The time of the file's last change is not used, because it is not when the photo was taken.
    """
    if photo.taken_at is None or photo.taken_from is DateSource.FILE_TIME:
        return datetime.min  # noqa: DTZ901 - before every other
    return photo.taken_at.replace(tzinfo=None)
