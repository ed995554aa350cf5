"""Show what the library has by number: photos with everybody on them, faces with those near them, people."""

from dataclasses import dataclass
from pathlib import Path

from recog.errors import UnknownNumberError
from recog.library.inputs import AnyPhoto, photo_of
from recog.library.people.results import PersonDetail
from recog.library.people.verbs import PeopleVerbs
from recog.library.recognition import neighbours, queries
from recog.library.recognition.neighbours import FaceNeighbours
from recog.library.recognition.results import VerifiedPair
from recog.types import Face, Person, Photo, Verification
from recog.verification.features import Method


@dataclass(frozen=True, slots=True)
class FaceOnPhoto:
    """A face with whose it is, None nobody's; rejected are the names that a human said it does not bear."""

    face: Face
    person: Person | None
    ignored: bool
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhotoDetail:
    """A photo, its files (none where all are gone), and its faces from left to right."""

    photo: Photo
    paths: tuple[Path, ...]
    faces: tuple[FaceOnPhoto, ...]


class BrowsingVerbs(PeopleVerbs):
    """What PhotoLibrary shows by number."""

    def photo(self, photo_id: int) -> PhotoDetail:
        """A photo with its faces; an unknown number is an UnknownNumberError."""
        catalog = self.catalog
        photo = catalog.photo(photo_id)
        faces = sorted(catalog.faces_of_photo(photo_id), key=lambda face: (face.box.left + face.box.right, face.id))
        known = catalog.people_by_id(face.person_id for face in faces if face.person_id is not None)
        ignored, rejections = catalog.ignored(), catalog.rejections()
        refused = catalog.people_by_id(one for face in faces for one in rejections.get(face.id, ()))
        return PhotoDetail(
            photo,
            tuple(catalog.paths([photo_id]).get(photo_id, ())),
            tuple(
                FaceOnPhoto(
                    face,
                    known.get(face.person_id) if face.person_id is not None else None,
                    face.id in ignored,
                    tuple(sorted(refused[one].name for one in rejections.get(face.id, ()) if one in refused)),
                )
                for face in faces
            ),
        )

    def photo_of_face(self, face_id: int) -> int:
        """The number of the photo that shows a face; an unknown number is an UnknownNumberError."""
        face = self.catalog.faces([face_id]).get(face_id)
        if face is None:
            raise UnknownNumberError(f"no face has the number {face_id}: its photo was removed, or found anew since")
        return face.photo_id

    def thumbnail(self, face_id: int) -> bytes:
        """A face as a small square JPEG; UnknownNumberError where none is stored."""
        try:
            return self.catalog.thumbnails([face_id])[face_id]
        except KeyError:
            raise UnknownNumberError(f"face {face_id} has no thumbnail, or there is no such face") from None

    def neighbours(self, face_id: int, *, k: int = 20) -> FaceNeighbours:
        """The k faces nearest to one of the library's, itself left out."""
        return neighbours.neighbours(self.catalog, self.networks, self.fresh_index.current(), face_id, k=k)

    def compare(self, face_id: int, other: int) -> Verification:
        """Are two faces of the library one person? By distance."""
        return neighbours.compare(self.catalog, self.networks, face_id, other)

    def verify_person(self, photo: AnyPhoto, person_id: int, *, face: int | None = None) -> VerifiedPair:
        """Is the face of a photo a person of the library? As `verify`, which takes names."""
        name = self.catalog.person_by_id(person_id).name
        return queries.verify_person(
            self.catalog, self.networks, photo_of(photo), name, face=face, method=Method.DISTANCE
        )

    def person_by_number(self, person_id: int) -> PersonDetail:
        """A person with all faces; an unknown number is an UnknownPersonError."""
        return self.person(self.catalog.person_by_id(person_id).name)
