"""The faces of a library: thumbnails, nearest neighbours, and the reasons for a name."""

from collections.abc import Iterable
from dataclasses import dataclass

from recog.errors import UnknownNumberError
from recog.library.context import LibraryContext
from recog.library.recognition import neighbours, queries
from recog.library.recognition.neighbours import FaceNeighbours
from recog.library.recognition.results import FaceReasons
from recog.types import Face, Verification


@dataclass(frozen=True, slots=True)
class IgnoredPage:
    """Ignored faces, those found last first, from place `start` on, of `all`."""

    all: int
    start: int
    faces: tuple[Face, ...]


class Faces:
    """The faces of a library, by number."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def thumbnail(self, face_id: int) -> bytes:
        """Return a face as a small square JPEG; UnknownNumberError if none is stored."""
        try:
            return self._context.catalog.faces.thumbnails([face_id])[face_id]
        except KeyError:
            raise UnknownNumberError(f"face {face_id} has no thumbnail, or there is no such face") from None

    def with_thumbnails(self, face_ids: Iterable[int]) -> frozenset[int]:
        """Return those of these faces that are there and have a thumbnail."""
        return frozenset(self._context.catalog.faces.thumbnails(face_ids))

    def ignored(self, *, start: int = 0, limit: int = 100) -> IgnoredPage:
        """Return ignored faces, those found last first, from place `start` on."""
        catalog = self._context.catalog
        ids = sorted(catalog.people.ignored_faces(), reverse=True)
        shown = catalog.faces.by_ids(ids[start : start + limit])
        return IgnoredPage(len(ids), start, tuple(shown[one] for one in ids[start : start + limit] if one in shown))

    def neighbours(self, face_id: int, *, k: int = 20) -> FaceNeighbours:
        """Return the k faces nearest to a face of the library, without the face itself."""
        return neighbours.neighbours(
            self._context.catalog, self._context.networks, self._context.vector_index, face_id, k=k
        )

    def compare(self, face_id: int, other: int) -> Verification:
        """Decide by distance whether two faces of the library are the same person."""
        return neighbours.compare(self._context.catalog, self._context.networks, face_id, other)

    def why(self, face_id: int) -> FaceReasons:
        """Return why a face of the library has its name, or no name."""
        return queries.why(self._context.catalog, self._context.networks, self._context.gallery, face_id)
