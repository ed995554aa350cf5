"""Find the faces that users drew on a photo again after the photo was edited.

No detector finds them, so the places where an edit may have moved them are tried, and the embeddings decide.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from recog.boxes import QUARTERS, rescaled, turned
from recog.distance import squared_distances
from recog.library.drawn import embedded
from recog.library.networks import Networks
from recog.store.catalog import Catalog
from recog.store.photos.face_rows import relative
from recog.store.photos.pairing import PlacedFace, pair_faces
from recog.store.records import ScannedPhoto
from recog.types import DecodedPhoto, Embeddings, Face, FaceBox, NewFace, Photo

_MIRRORED = (1, 0, 2, 4, 3)
"""The landmarks of a mirrored face, as the viewer sees them."""


class DrawnEdits:
    """Adds to scanned photos the drawn faces of the photos that they were before an edit."""

    def __init__(self, catalog: Catalog, networks: Networks) -> None:
        self._catalog = catalog
        self._networks = networks

    def completed(
        self,
        photos: Sequence[ScannedPhoto],
        moved_from: Mapping[Path, int],
        decode: Callable[[ScannedPhoto], DecodedPhoto | None],
    ) -> list[ScannedPhoto]:
        """Return the photos, those with an earlier photo with its drawn faces, as far as they are found.

        moved_from: see `Photos.save`. decode returns the pixels of a photo, None if its file is gone or changed by now.
        """
        before = self._catalog.photos.at(photo.stat.path for photo in photos)
        moved = self._catalog.photos.by_ids(moved_from.values())
        found = []
        for photo in photos:
            path = photo.stat.path
            candidates = (before.get(path), moved.get(moved_from.get(path, 0)))
            earlier = {one.id: one for one in candidates if one is not None and one.sha256 != photo.sha256}
            more = [face for one in earlier.values() for face in self._again(one, photo, decode)]
            found.append(replace(photo, faces=(*photo.faces, *more)) if more else photo)
        return found

    def _again(
        self, earlier: Photo, photo: ScannedPhoto, decode: Callable[[ScannedPhoto], DecodedPhoto | None]
    ) -> list[NewFace]:
        """Return the drawn faces of an earlier photo that no scanned face is, as they are on this photo."""
        faces = self._catalog.faces.of_photo(earlier.id)
        if not any(face.drawn for face in faces):
            return []
        old = self._placed(earlier, faces)
        pairs = pair_faces(old, _scanned(photo, photo.faces))
        taken = {before.id for before, _ in pairs}
        lost = [one for one in old if one.face.drawn and one.face.id not in taken]
        pixels = decode(photo) if lost else None
        if pixels is None:
            return []
        moves = [(before.box, after.box) for before, after in pairs]
        found = (self._found(one, earlier, photo, pixels, moves) for one in lost)
        return [face for face in found if face is not None]

    def _found(
        self,
        old: PlacedFace,
        earlier: Photo,
        photo: ScannedPhoto,
        pixels: DecodedPhoto,
        moves: Sequence[tuple[FaceBox, FaceBox]],
    ) -> NewFace | None:
        """Return a drawn face where it is on the edited photo, or None if it is at none of the likely places."""
        places = [
            box
            for box in _places(old.face.box, earlier, photo, moves)
            if 0 <= (box.left + box.right) / 2 < photo.width and 0 <= (box.top + box.bottom) / 2 < photo.height
        ]
        faces = embedded(pixels, self._networks, places)
        same = [face for face in faces if pair_faces([old], _scanned(photo, [face]))]
        if not same or old.embedding is None:
            return same[0] if same else None
        distances = squared_distances(np.stack([face.embedding for face in same]), old.embedding[None])
        return same[int(distances.argmin())]

    def _placed(self, photo: Photo, faces: Sequence[Face]) -> list[PlacedFace]:
        face_ids, vectors = self._catalog.embeddings.of_faces((face.id for face in faces), self._networks.info.sha256)
        embedding: dict[int, Embeddings] = dict(zip(face_ids.tolist(), vectors, strict=True))
        boxes = relative([face.box for face in faces], photo.width, photo.height)
        return [PlacedFace(face, box, embedding.get(face.id)) for face, box in zip(faces, boxes, strict=True)]


def _scanned(photo: ScannedPhoto, faces: Sequence[NewFace]) -> list[PlacedFace]:
    """Return scanned faces as `pair_faces` takes them; their numbers are their rows."""
    boxes = relative([face.box for face in faces], photo.width, photo.height)
    return [
        PlacedFace(Face(row, 0, face.box, face.sharpness, None, None, None), box, face.embedding)
        for row, (face, box) in enumerate(zip(faces, boxes, strict=True))
    ]


def _places(
    box: FaceBox, earlier: Photo, photo: ScannedPhoto, moves: Sequence[tuple[FaceBox, FaceBox]]
) -> Iterator[FaceBox]:
    """Yield where an edit may have moved a box: nowhere, as another face, mirrored, or as the photo was turned."""
    across, down = photo.width / earlier.width, photo.height / earlier.height
    same = rescaled(box, across, down)
    yield same
    for before, after in moves:
        zoom = after.width / before.width
        shift = after.left - before.left * zoom, after.top - before.top * zoom
        yield _shifted(rescaled(box, zoom, zoom), *shift)
    mirrored = tuple((photo.width - x, y) for x, y in same.landmarks)
    points = tuple(mirrored[row] for row in _MIRRORED) if mirrored else ()
    yield replace(same, left=photo.width - same.right, right=photo.width - same.left, landmarks=points)
    for degrees in QUARTERS[1:]:
        on_side = turned(box, degrees, earlier.width, earlier.height)
        width, height = (earlier.width, earlier.height) if degrees == 180 else (earlier.height, earlier.width)
        yield rescaled(on_side, photo.width / width, photo.height / height)


def _shifted(box: FaceBox, across: float, down: float) -> FaceBox:
    return replace(
        box,
        left=box.left + across,
        top=box.top + down,
        right=box.right + across,
        bottom=box.bottom + down,
        landmarks=tuple((x + across, y + down) for x, y in box.landmarks),
    )
