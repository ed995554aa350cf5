"""The photos of a library: show a photo with its faces, and remove photos whose files are gone."""

from dataclasses import dataclass
from pathlib import Path

from recog.errors import UnknownNumberError
from recog.library.context import LibraryContext
from recog.library.indexing.prune import MissingPhotos, missing_photos, prune_photos
from recog.library.inputs import AnyPath
from recog.types import Face, Person, Photo


@dataclass(frozen=True, slots=True)
class FaceOnPhoto:
    """A face and its person, None if it has none. rejected: names that a human rejected for this face."""

    face: Face
    person: Person | None
    ignored: bool
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhotoDetail:
    """A photo, its files (none if all are gone), and its faces from left to right."""

    photo: Photo
    paths: tuple[Path, ...]
    faces: tuple[FaceOnPhoto, ...]


class Photos:
    """The photos of a library, by number; remove those whose files are gone."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def photo(self, photo_id: int) -> PhotoDetail:
        """Return a photo with its faces; an unknown number is an UnknownNumberError."""
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
        """Return the number of the photo that shows a face; an unknown number is an UnknownNumberError."""
        face = self._context.catalog.faces.by_ids([face_id]).get(face_id)
        if face is None:
            raise UnknownNumberError(f"no face has the number {face_id}: its photo was removed, or found anew since")
        return face.photo_id

    def missing(self, folder: AnyPath | None = None) -> MissingPhotos:
        """Return the files that the latest runs of `index` did not find, and what `prune` would drop.

        With `folder`, return all files below it that are gone, even if they are not marked as missing. `index` does not
        mark the files of a folder that is gone, because its disk may only be unmounted. Nothing is written.

        Raises:
            CatalogError: the library knows no file below the folder.
        """
        return missing_photos(self._context, folder)

    def prune(self, folder: AnyPath | None = None) -> MissingPhotos:
        """Drop the files that are gone, and the photos, faces and embeddings that no other file shows.

        This cannot be undone: the photos would have to be indexed and their people confirmed again.
        """
        return prune_photos(self._context, folder)
