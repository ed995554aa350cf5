"""Which photos an album holds today."""

from collections.abc import Sequence
from datetime import datetime

from recog.query.conditions import people_in
from recog.query.writing import written
from recog.store.albums import Album
from recog.store.catalog import Catalog
from recog.store.records import FiledPhoto
from recog.types import DateSource, Photo

ERASED = "(somebody who is gone)"


def photos_in(catalog: Catalog, album: Album) -> list[FiledPhoto]:
    """Return the photos with a present file, the newest first; photos without a date of their own come last."""
    found = [one for one in catalog.photos.that_fit(album.condition, confirmed=album.confirmed) if one.paths]
    found.sort(key=lambda one: own_date(one.photo) or datetime.min, reverse=True)  # noqa: DTZ901 - before every other
    return found


def own_date(photo: Photo) -> datetime | None:
    """Return the local time at which a photo was taken; None if only its file has a date."""
    if photo.taken_at is None or photo.taken_from is DateSource.FILE_TIME:
        return None
    return photo.taken_at.replace(tzinfo=None)


def query_of(catalog: Catalog, album: Album) -> str:
    """Return the query with today's names."""
    (text,) = queries_of(catalog, [album])
    return text


def queries_of(catalog: Catalog, albums: Sequence[Album]) -> list[str]:
    """Return the query of each album with today's names."""
    numbers = {one for album in albums for one in people_in(album.condition)}
    people = catalog.people.by_ids(numbers)
    names = {one: people[one].name if one in people else ERASED for one in numbers}
    return [written(album.condition, names) for album in albums]
