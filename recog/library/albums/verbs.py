"""The verbs of a library on albums that follow."""

from collections.abc import Sequence
from datetime import date

from recog.library.albums.keeping import delete_outputs, keep_up
from recog.library.albums.links import check_folder
from recog.library.albums.lists import check_file
from recog.library.albums.members import own_date, photos_in, queries_of, query_of
from recog.library.albums.results import AlbumPhotos, AlbumState, AlbumStatistics, KeptUp, OnThisDay
from recog.library.albums.statistics import statistics_of
from recog.library.context import LibraryContext
from recog.query.conditions import Taken
from recog.query.reading import read_query
from recog.store.albums import Album, AlbumForm, AlbumOutput
from recog.store.catalog import Catalog
from recog.store.people.known_names import KnownNames


class Albums:
    """Albums: queries with a name, whose photos are kept up in folders, lists and feeds by every run of `index`."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def add(
        self, name: str, query: str, *, confirmed: bool = False, outputs: Sequence[AlbumOutput] = ()
    ) -> tuple[AlbumState, KeptUp]:
        """Add an album of the photos that fit a query (see docs/reference/find.md), and write its outputs.

        It follows its people: renaming, merging, undoing and naming faces change what it holds.

        Raises:
            QueryError: the query cannot be read. AlbumError: the name is taken, or an output must not be used.
        """
        catalog = self._context.catalog
        condition = read_query(query, KnownNames(catalog.people.all(hidden=True))).condition
        for output in outputs:
            if output.form in {AlbumForm.LINKS, AlbumForm.HARD_LINKS}:
                check_folder(output.path, catalog.files.roots())
            else:
                check_file(output.path)
        with self._context.writing() as catalog:
            album = catalog.albums.add(name, condition, confirmed=confirmed, outputs=outputs)
            kept = keep_up(catalog)
        return self._states([album])[0], kept

    def all(self) -> tuple[AlbumState, ...]:
        """Return all albums by name."""
        return tuple(self._states(self._context.catalog.albums.all()))

    def photos(self, name: str) -> AlbumPhotos:
        """Return the photos of an album, the newest first; AlbumError if there is none of that name."""
        catalog = self._context.catalog
        album = catalog.albums.by_name(name)
        return AlbumPhotos(album.name, query_of(catalog, album), tuple(photos_in(catalog, album)))

    def statistics(self, name: str) -> AlbumStatistics:
        """Count an album's photos by year, and who is on them with whom."""
        return statistics_of(self._context.catalog, self._context.catalog.albums.by_name(name))

    def on_this_day(self, name: str | None = None, *, day: date) -> OnThisDay:
        """Return photos, of an album or of all, that were taken on this day and month of another year."""
        catalog = self._context.catalog
        if name is None:
            album = Album(0, "", Taken(None, None), confirmed=False, made_at="", outputs=())
        else:
            album = catalog.albums.by_name(name)
        found = [
            one
            for one in photos_in(catalog, album)
            if (taken := own_date(one.photo)) is not None
            and (taken.month, taken.day) == (day.month, day.day)
            and taken.year != day.year
        ]
        return OnThisDay(f"{day:%m-%d}", None if name is None else album.name, tuple(found))

    def update(self) -> KeptUp:
        """Bring the folders, lists and feeds of all albums up to date, as every run of `index` does."""
        with self._context.writing() as catalog:
            return keep_up(catalog)

    def remove(self, name: str) -> tuple[AlbumState, KeptUp]:
        """Remove an album with the links, lists and feeds that recog made of it on this machine; photos stay."""
        with self._context.writing() as catalog:
            album = catalog.albums.by_name(name)
            state = self._states([album])[0]
            left = delete_outputs(catalog, album)
            catalog.albums.remove(album.id)
        return state, left

    def _states(self, albums: Sequence[Album]) -> list[AlbumState]:
        catalog: Catalog = self._context.catalog
        return [
            AlbumState(one.name, query, one.confirmed, one.made_at, len(photos_in(catalog, one)), one.outputs)
            for one, query in zip(albums, queries_of(catalog, albums), strict=True)
        ]
