"""The photos of a library: show one with everybody on it, and remove those whose files are gone."""

from dataclasses import dataclass
from pathlib import Path

from recog.errors import UnknownNumberError
from recog.library.context import LibraryContext
from recog.library.indexing.prune import MissingPhotos, missing_photos, prune_photos
from recog.library.inputs import AnyPath
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


class Photos:
    """The photos of a library, by number; remove those whose files are gone."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def photo(self, photo_id: int) -> PhotoDetail:
        """A photo with its faces; an unknown number is an UnknownNumberError."""
        catalog = self._context.catalog
        photo = catalog.photos.by_id(photo_id)
        faces = sorted(catalog.faces.of_photo(photo_id), key=lambda face: (face.box.left + face.box.right, face.id))
        known = catalog.people.by_ids(face.person_id for face in faces if face.person_id is not None)
        ignored, rejections = catalog.people.ignored_faces(), catalog.people.rejections()
        refused = catalog.people.by_ids(one for face in faces for one in rejections.get(face.id, ()))
        return PhotoDetail(
            photo,
            tuple(catalog.files.paths([photo_id]).get(photo_id, ())),
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

    def of_face(self, face_id: int) -> int:
        """The number of the photo that shows a face; an unknown number is an UnknownNumberError."""
        face = self._context.catalog.faces.by_ids([face_id]).get(face_id)
        if face is None:
            raise UnknownNumberError(f"no face has the number {face_id}: its photo was removed, or found anew since")
        return face.photo_id

    def missing(self, folder: AnyPath | None = None) -> MissingPhotos:
        """The files that the latest runs of `index` did not find, and what `prune` would drop; nothing is written.

        Of a folder, all files below it that are gone, marked as missing or not: so it is with a folder that is gone
        for good, which `index` takes for a disk that is not mounted. CatalogError where the library knows none of it.
        """
        return missing_photos(self._context, folder)

    def prune(self, folder: AnyPath | None = None) -> MissingPhotos:
        """Drop the files that are gone, and the photos, faces and embeddings that no other file shows.

        There is no way back but indexing the photos again, and naming who was confirmed in them.
        """
        return prune_photos(self._context, folder)
