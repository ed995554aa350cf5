"""The verb of a library that shares pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from recog.errors import NoFaceFoundError, PhotoError, SharingError
from recog.library.context import LibraryContext
from recog.library.inputs import AnyPath, path_of, paths_of
from recog.library.sharing.hiding import Hiding
from recog.library.sharing.results import RefusedPhoto, SharedPhoto, SharedPhotos, Wish
from recog.library.sharing.selection import Selection, faces_of
from recog.library.sharing.writing import Album, Folder, zipped
from recog.photos import DecodePool, KnownContent
from recog.share.masks import Mask
from recog.types import DecodedPhoto


class Sharing:
    """Make pictures for others, on which only those can be recognised who are to be seen."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def share(self, photos: AnyPath | Sequence[AnyPath], out: AnyPath, wish: Wish) -> SharedPhotos:
        """Write a picture of each photo into a folder, or into a new archive if `out` ends in .zip.

        Pictures are written anew from pixels: without EXIF, GPS, XMP and thumbnails, as sRGB, under a neutral name. No
        photo is changed and no file overwritten. A photo in which somebody is still found, or that shows somebody who
        is never shared, is refused with a reason; the others go on.

        Raises:
            UnknownPersonError: nobody has a name that is kept. SharingError: one who is kept is never shared, or `out`
            cannot be written.
        """
        paths, target = paths_of(photos), path_of(out)
        if target.suffix.lower() == ".zip":
            self._selection(wish)  # refused before a file is made
            with zipped(target) as archive:
                return self.into(archive, paths, target, wish)
        self._selection(wish)
        return self.into(Folder(target), paths, target, wish)

    def into(self, album: Album, photos: Sequence[Path], out: Path, wish: Wish) -> SharedPhotos:
        """Do the same into an album of any kind; out is told in the result."""
        shared: list[SharedPhoto] = []
        refused: list[RefusedPhoto] = []
        for one in self._made(album, photos, wish):
            (shared if isinstance(one, SharedPhoto) else refused).append(one)  # type: ignore[arg-type]
        if not shared and refused:
            raise SharingError(f"no picture was made; {refused[0].photo}: {refused[0].detail}")
        return SharedPhotos(out, tuple(shared), tuple(refused))

    def _made(self, album: Album, photos: Sequence[Path], wish: Wish) -> Iterator[SharedPhoto | RefusedPhoto]:
        selection = self._selection(wish)
        networks = self._context.networks
        painter = None
        if wish.mask is Mask.STYLE:
            if wish.painting is None:
                raise SharingError("no picture was given to paint covered faces by: give one, or another mask")
            from recog.library.sharing.painting import painter_of

            painter = painter_of(networks, wish.painting)
        hiding = Hiding(networks, wish.mask, painter)
        with DecodePool(self._context.decode_limits) as decoders:
            for path in photos:
                try:
                    photo = _decoded(decoders, path)
                    visible, others = selection.split(faces_of(self._context, photo))
                    done = hiding.hide(photo.pixels, [one.box for one in others], [one.box for one in visible])
                except (PhotoError, NoFaceFoundError, SharingError) as error:
                    yield RefusedPhoto(path, str(error))
                    continue
                kept = tuple(dict.fromkeys(one.person.name for one in visible if one.person is not None))
                yield SharedPhoto(path, album.add(done.jpeg), kept, done.covered, done.stronger)

    def _selection(self, wish: Wish) -> Selection:
        return Selection(self._context.catalog, wish)


def _decoded(decoders: DecodePool, path: Path) -> DecodedPhoto:
    opened = decoders.open(path)
    if isinstance(opened, PhotoError):
        raise opened
    if isinstance(opened, KnownContent):
        raise TypeError("no content was named as known")
    return opened
