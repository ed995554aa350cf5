"""Report duplicates, people and a map of the faces of a library."""

from recog.library.context import LibraryContext
from recog.library.reports import copies, duplicates, face_map, lookalikes, naming, people
from recog.library.reports.lookalike_results import LookalikesReport
from recog.library.reports.map_results import FaceMap, MapPlaces
from recog.library.reports.results import (
    CopiedPhotos,
    DuplicateReport,
    NamingReport,
    PeopleReport,
)


class Reports:
    """Report duplicates, people and a map of the faces of a library; only the places of the map are written."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def duplicates(self) -> DuplicateReport:
        """Return people and clusters that are probably the same person."""
        return duplicates.duplicates(self._context.catalog, self._context.networks)

    def copies(self) -> CopiedPhotos:
        """Return pictures that are there in two files or more, and which file of each is best."""
        return copies.copies(self._context.catalog, self._context.networks)

    def lookalikes(self) -> LookalikesReport:
        """Return who is mixed up with whom, and how often, judged on the confirmed faces."""
        return lookalikes.lookalikes(self._context.catalog, self._context.networks, k=self._context.settings.k)

    def people(self) -> PeopleReport:
        """Return groups without a name, people, and single faces."""
        return people.people_report(self._context.catalog, self._context.networks)

    def naming(self) -> NamingReport:
        """Return what is left to name, with persons whom the photos of a group suggest, and single faces by quality."""
        return naming.naming_report(self._context.catalog, self._context.networks, k=self._context.settings.k)

    def face_map(self, name: str | None = None, *, seed: int = 0, anew: bool = False) -> FaceMap:
        """Return the library's faces, or one person's, on a plane where similar faces lie together.

        The library's map is kept, and faces that came since are placed on it, unless it is made anew.
        """
        return face_map.face_map(self._context, name=name, seed=seed, anew=anew)

    def map_places(self) -> MapPlaces:
        """Return the kept map of the library, without computing anything."""
        return face_map.map_places(self._context)
