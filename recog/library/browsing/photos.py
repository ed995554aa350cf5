"""The photos of a library: browse them by date, show one with its faces, and remove those whose files are gone."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recog.errors import UnknownNumberError
from recog.library.browsing.search import AskedQuery, FoundPage, asked
from recog.library.browsing.timeline import (
    FailedFiles,
    ListedPhoto,
    PhotoFolder,
    PhotoLayout,
    PhotoPage,
    TimelineMonth,
    layout_of,
)
from recog.library.context import LibraryContext
from recog.library.indexing.prune import MissingPhotos, missing_photos, prune_photos
from recog.library.inputs import AnyPath, path_of
from recog.store.records import PhotoFilter
from recog.types import Face, FileStat, Person, Photo

EVERY_PHOTO = PhotoFilter()
STRIP = 3
"""Photos before a photo, and after it, that a page shows beside it."""


@dataclass(frozen=True, slots=True)
class FaceOnPhoto:
    """A face and its person, None if it has none. rejected: names that a human rejected for this face."""

    face: Face
    person: Person | None
    ignored: bool
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhotoDetail:
    """A photo, its files (none if all are gone), and its faces from left to right.

    elsewhere: those of the paths that are on another machine, and not on this one.
    """

    photo: Photo
    paths: tuple[Path, ...]
    faces: tuple[FaceOnPhoto, ...]
    elsewhere: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotoNeighbours:
    """The numbers of the photos before and after one in a timeline; None at its ends.

    strip: a few photos in the order of the timeline, with the one itself among them; empty if it is alone.
    """

    before: int | None
    after: int | None
    strip: tuple[int, ...] = ()


class Photos:
    """The photos of a library, by date and by number; remove those whose files are gone."""

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
            tuple(catalog.files.elsewhere([photo_id]).get(photo_id, ())),
        )

    def present(self, photo_id: int) -> tuple[FileStat, ...]:
        """Return the files of this machine that show a photo, as they were when they were indexed."""
        return tuple(self._context.catalog.files.present([photo_id]).get(photo_id, ()))

    def page(self, wanted: PhotoFilter = EVERY_PHOTO, *, start: int = 0, limit: int = 100) -> PhotoPage:
        """Return photos of the timeline: the newest first, those without a date last, none whose files are all gone."""
        timeline = self._context.catalog.timeline
        with self._context.catalog.repeatable_reads():
            months = tuple(TimelineMonth(month, photos) for month, photos in timeline.months(wanted))
            found = timeline.page(wanted, start=start, limit=limit)
        listed = tuple(ListedPhoto(photo, faces) for photo, faces in found)
        return PhotoPage(sum(month.photos for month in months), start, listed, months)

    def asked(self, text: str) -> AskedQuery:
        """Read a query, such as "Ann without Bob, 2019": see docs/reference/find.md.

        Raises:
            QueryError: the text is none; the error tells the place.
        """
        return asked(self._context.catalog, text)

    def find(self, text: str, *, start: int = 0, limit: int = 100) -> FoundPage:
        """Return photos that fit a query, the newest first, those without a date last; see `asked`."""
        query = self.asked(text)
        page = self.page(PhotoFilter(query=query.query), start=start, limit=limit)
        return FoundPage(text, query.read_as, query.people, page.all, start, page.photos, page.months)

    def layout(self, wanted: PhotoFilter = EVERY_PHOTO) -> PhotoLayout:
        """Return the number, shape and day of every photo of the timeline, packed."""
        return layout_of(self._context.catalog.timeline.shapes(wanted))

    def beside(self, photo_id: int, wanted: PhotoFilter = EVERY_PHOTO) -> PhotoNeighbours:
        """Return the photos before and after a photo in the timeline; an unknown number is an UnknownNumberError."""
        catalog = self._context.catalog
        before, after = catalog.timeline.around(catalog.photos.by_id(photo_id), wanted, each=STRIP)
        strip = (*reversed(before), photo_id, *after) if before or after else ()
        return PhotoNeighbours(next(iter(before), None), next(iter(after), None), strip)

    def folders(self) -> tuple[PhotoFolder, ...]:
        """Return every folder that directly holds photos, by path."""
        found = self._context.catalog.timeline.folders()
        return tuple(PhotoFolder(path, files) for path, files in found.items())

    def failed(self, folder: AnyPath | None = None, *, start: int = 0, limit: int = 100) -> FailedFiles:
        """Return the files that could not be used as photos, by path, with the reasons; below a folder if one is given.

        They are those of the latest runs of `index`.
        """
        failed = self._context.catalog.files.failures(None if folder is None else path_of(folder))
        return FailedFiles(len(failed), start, tuple(failed[start : start + limit]))

    def thumbnail(self, photo_id: int) -> bytes | None:
        """Return the thumbnail of a photo as WebP, or None if none was made yet; see `keep_thumbnail`.

        Raises UnknownNumberError for an unknown number.
        """
        photo = self._context.catalog.photos.by_id(photo_id)
        return self._context.thumbnails.read(photo.sha256, now=time.time())

    def keep_thumbnail(self, photo_id: int, made: Callable[[PhotoDetail], bytes]) -> bytes:
        """Make the thumbnail of a photo, keep it in the library's folder, and return it.

        If the photo was removed meanwhile, its thumbnail does not stay, and the answer is an UnknownNumberError.
        """
        catalog, thumbnails = self._context.catalog, self._context.thumbnails
        detail = self.photo(photo_id)
        content = made(detail)
        thumbnails.keep(detail.photo.sha256, content)
        try:
            catalog.photos.by_id(photo_id)
        except UnknownNumberError:
            thumbnails.drop([detail.photo.sha256])
            raise
        return content

    def tidy_thumbnails(self) -> None:
        """Delete the thumbnails of photos that the catalog no longer has; a library that is only read keeps them."""
        self._context.drop_outdated_thumbnails()

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
