"""Show one photo of the library with everybody on it."""

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path

from recog.errors import CatalogError
from recog.library.results import PersonDetail
from recog.store.catalog import Catalog
from recog.types import Face, Person, Photo


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


class BrowsingVerbs:
    """What PhotoLibrary shows by number."""

    @property
    @abstractmethod
    def catalog(self) -> Catalog:
        """The catalog, which must exist."""

    @abstractmethod
    def person(self, name: str) -> PersonDetail:
        """A person with all faces."""

    def photo(self, photo_id: int) -> PhotoDetail:
        """A photo with its faces; an unknown number is a CatalogError."""
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
        """The number of the photo that shows a face; an unknown number is a CatalogError."""
        face = self.catalog.faces([face_id]).get(face_id)
        if face is None:
            raise CatalogError(f"no face has the number {face_id}: its photo was removed, or found anew since")
        return face.photo_id

    def person_by_number(self, person_id: int) -> PersonDetail:
        """A person with all faces; an unknown number is an UnknownPersonError."""
        return self.person(self.catalog.person_by_id(person_id).name)
