"""The faces of a library: thumbnails, nearest neighbours, and the reasons for a name."""

from recog.errors import UnknownNumberError
from recog.library.context import LibraryContext
from recog.library.recognition import neighbours, queries
from recog.library.recognition.neighbours import FaceNeighbours
from recog.library.recognition.results import FaceReasons
from recog.types import Verification


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
