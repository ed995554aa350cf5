"""Statistics of an album: photos by year, and who is on them with whom."""

from collections import Counter
from itertools import combinations
from typing import TypeVar

from recog.library.albums.members import own_date, photos_in, query_of
from recog.library.albums.results import AlbumStatistics
from recog.store.albums import Album
from recog.store.catalog import Catalog

Named = TypeVar("Named", str, tuple[str, str])
MOST = 20
"""People, and pairs, that are counted out."""


def statistics_of(catalog: Catalog, album: Album) -> AlbumStatistics:
    """Count the photos of an album; hidden people are left out."""
    photos = photos_in(catalog, album)
    years = Counter(str(taken.year) for one in photos if (taken := own_date(one.photo)) is not None)
    faces = catalog.faces.of_photos([one.photo.id for one in photos])
    names = {person.id: person.name for person in catalog.people.all()}
    people: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for theirs in faces.values():
        shown = sorted({names[face.person_id] for face in theirs if face.person_id in names})
        people.update(shown)
        together.update(combinations(shown, 2))
    return AlbumStatistics(
        name=album.name,
        query=query_of(catalog, album),
        photos=len(photos),
        undated=len(photos) - years.total(),
        years=dict(sorted(years.items())),
        people=tuple(_most(people)),
        together=tuple((*pair, number) for pair, number in _most(together)),
    )


def _most(counted: Counter[Named]) -> list[tuple[Named, int]]:
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:MOST]
