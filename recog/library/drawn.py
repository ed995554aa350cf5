"""Faces that users draw on photos: find the face in the drawn box, and embed it."""

from collections.abc import Sequence
from dataclasses import replace

from recog.boxes import SAME_FACE_IOU, clipped, iou
from recog.library.close_up import close_ups, longest_side
from recog.library.networks import Networks
from recog.library.probes import cut_faces, new_faces
from recog.photos import DecodePool
from recog.store.catalog import Catalog
from recog.store.photos.face_rows import relative
from recog.types import DecodedPhoto, Face, FaceBox, NewFace, Photo

LEAST_SIDE = 8.0
"""The shorter side of a drawn box, in pixels: a smaller one shows nobody."""
UNSEEN = 0.0
"""The score of a drawn box in which no face is seen."""


def pixels_of(catalog: Catalog, networks: Networks, decoders: DecodePool, photo: Photo) -> DecodedPhoto | None:
    """Decode a photo of the library as indexing does, so that embeddings are the same; None if no file shows it."""
    for path in catalog.files.paths([photo.id]).get(photo.id, ()):
        opened = decoders.open(path, longest=longest_side(networks.detector))
        if isinstance(opened, DecodedPhoto) and opened.sha256 == photo.sha256:
            return opened
    return None


def on_photo(drawn: FaceBox, photo: Photo) -> FaceBox | None:
    """Return the part of a drawn box that is on the photo, or None if that is too small for a face."""
    inside = clipped(drawn, photo.width, photo.height)
    return inside if min(inside.width, inside.height) >= LEAST_SIDE else None


def placed(photo: DecodedPhoto, networks: Networks, drawn: FaceBox, faces: Sequence[Face]) -> FaceBox:
    """Return the face that a drawn box means: where O-Net sees it, or else the box itself without landmarks.

    drawn is in pixels of the full upright photo and inside it. faces: those that are known on the photo.
    """
    drawn = replace(drawn, score=UNSEEN, landmarks=(), turn=next((face.box.turn for face in faces), 0))
    ((pixels, box),) = close_ups(photo, [drawn])
    found = networks.placer.place(pixels, box)
    if found is None:
        return drawn
    zoom = drawn.width / box.width

    def full(x: float, y: float) -> tuple[float, float]:
        return (x - box.left) * zoom + drawn.left, (y - box.top) * zoom + drawn.top

    (left, top), (right, bottom) = full(found.left, found.top), full(found.right, found.bottom)
    points = tuple(full(x, y) for x, y in found.landmarks)
    seen = replace(found, left=left, top=top, right=right, bottom=bottom, landmarks=points)
    return drawn if _is_beside(seen, drawn, faces) else seen


def face_at(boxes: Sequence[FaceBox], faces: Sequence[Face]) -> Face | None:
    """Return the known face that overlaps one of these boxes most, if that is the same face."""
    overlap = {face.id: max(iou(box, face.box) for box in boxes) for face in faces}
    best = max(faces, key=lambda face: overlap[face.id], default=None)
    return best if best is not None and overlap[best.id] >= SAME_FACE_IOU else None


def is_forgotten(catalog: Catalog, photo: Photo, box: FaceBox) -> bool:
    """Return whether the face of a forgotten person was there."""
    (place,) = relative([box], photo.width, photo.height)
    return any(iou(place, forgotten) >= SAME_FACE_IOU for forgotten in catalog.photos.forgotten_boxes(photo.id))


def embedded(photo: DecodedPhoto, networks: Networks, boxes: Sequence[FaceBox]) -> Sequence[NewFace]:
    """Cut out and embed faces that a user drew, one for each box, in the same order."""
    faces = cut_faces(photo, networks, (), drawn=boxes)
    return new_faces(faces, networks.embedder.embed(faces.crops))


def _is_beside(seen: FaceBox, drawn: FaceBox, faces: Sequence[Face]) -> bool:
    """Return whether O-Net took a known face that is beside the drawn one: it does not hold the middle of the box."""
    across, down = (drawn.left + drawn.right) / 2, (drawn.top + drawn.bottom) / 2
    return any(
        iou(seen, face.box) >= SAME_FACE_IOU
        and not (face.box.left <= across <= face.box.right and face.box.top <= down <= face.box.bottom)
        for face in faces
    )
