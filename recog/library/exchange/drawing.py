"""Draw the faces of an import where no detector found one."""

from collections.abc import Collection, Mapping, Sequence

from recog.boxes import rescaled
from recog.library.drawn import embedded, face_at, is_forgotten, on_photo, pixels_of, placed
from recog.library.exchange.regions import Region
from recog.library.networks import Networks
from recog.photos import DecodePool
from recog.store.catalog import Catalog
from recog.store.records import DrawnFace
from recog.types import Face, FaceBox, NetworkInfo, Photo


class Drawer:
    """Finds and embeds faces in rectangles; they enter the catalog only with a name (`Acts.mark`).

    Until then they have numbers below zero.
    """

    def __init__(self, catalog: Catalog, networks: Networks, decoders: DecodePool) -> None:
        self._catalog = catalog
        self._networks = networks
        self._decoders = decoders
        self._drawn: dict[int, DrawnFace] = {}

    @property
    def network(self) -> NetworkInfo:
        """The network of the embeddings."""
        return self._networks.info

    def draw(self, photo: Photo, regions: Mapping[int, Region], faces: Sequence[Face]) -> dict[int, Face]:
        """Return a face for each region, by the same key, except where a known or forgotten face is.

        faces: those that are known on the photo. A photo that no file shows any more gets none.
        """
        pixels = pixels_of(self._catalog, self._networks, self._decoders, photo)
        if pixels is None:
            return {}
        known = list(faces)
        found: dict[int, Face] = {}
        for key, region in regions.items():
            drawn = on_photo(rescaled(region.box, photo.width, photo.height), photo)
            if drawn is None or any(_overlap(drawn, face.box) for face in known):
                continue
            box = placed(pixels, self._networks, drawn, known)
            if face_at((box, drawn), known) is not None or is_forgotten(self._catalog, photo, box):
                continue
            (face,) = embedded(pixels, self._networks, [box])
            number = -1 - len(self._drawn)
            self._drawn[number] = DrawnFace(photo.id, face)
            found[key] = Face(number, photo.id, box, face.sharpness, None, None, None, drawn=True)
            known.append(found[key])
        return found

    def drawn_among(self, face_ids: Collection[int]) -> dict[int, DrawnFace]:
        """Return those of these faces that `draw` made, by number."""
        return {face_id: self._drawn[face_id] for face_id in face_ids if face_id in self._drawn}


def _overlap(one: FaceBox, other: FaceBox) -> bool:
    """Return whether either box holds the middle of the other: they are one face, or a part of it."""
    return _holds_middle(one, other) or _holds_middle(other, one)


def _holds_middle(box: FaceBox, other: FaceBox) -> bool:
    across, down = (other.left + other.right) / 2, (other.top + other.bottom) / 2
    return box.left <= across <= box.right and box.top <= down <= box.bottom
