"""Find, crop and embed the faces of one photo, and pick the face that is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from recog.boxes import SAME_FACE_IOU, iou, left_to_right
from recog.crop import face_views, thumbnail
from recog.errors import NoFaceFoundError, NoSuchFaceError, SeveralFacesFoundError
from recog.library.any_turn import find_faces
from recog.library.close_up import close_ups, longest_side
from recog.library.inputs import IN_MEMORY, GivenPhoto
from recog.library.networks import Networks
from recog.library.videos.tracks import read_video
from recog.photos import DecodeLimits, KnownContent, PhotoSource, decode_photo, read_source
from recog.photos.video.formats import is_video
from recog.quality import FaceQuality, frontality, may_join, sharpness
from recog.store.records import ScannedPhoto
from recog.types import Crops, DateSource, DecodedPhoto, Embeddings, FaceBox, FileStat, NewFace, Span

MAIN_FACE = 3.0
"""A face this many times as large as every other is the one that the photo is of."""


@dataclass(frozen=True, slots=True)
class CutFaces:
    """Faces of a photo from left to right, cut out so that its pixels can be freed.

    crops (n, size, size, 3 * views) uint8, thumbnails n small JPEGs. The last `drawn` faces, in any order, are those
    that users drew on the photo. spans: when the tracks of a video are seen, empty for a photo.
    """

    boxes: tuple[FaceBox, ...]
    crops: Crops
    thumbnails: tuple[bytes, ...]
    drawn: int = 0
    spans: tuple[Span, ...] = ()

    def span(self, row: int) -> Span | None:
        """Return when a face is seen; None in a photo."""
        return self.spans[row] if self.spans else None


@dataclass(frozen=True, slots=True)
class Probe:
    """A photo that is asked about: embeddings (n, dim), row i of faces.boxes[i].

    Of a video the photo is its first frame, and the faces are its tracks.
    """

    path: Path
    photo: DecodedPhoto
    faces: CutFaces
    embeddings: Embeddings


def day_of(photo: DecodedPhoto) -> int | None:
    """Return the day on which a photo was taken, as a proleptic ordinal; None if it has no date but its file's."""
    if photo.taken_at is None or photo.taken_from is DateSource.FILE_TIME:
        return None
    return photo.taken_at.toordinal()


def cut_faces(
    photo: DecodedPhoto,
    networks: Networks,
    boxes: Sequence[FaceBox] | None = None,
    *,
    drawn: Sequence[FaceBox] = (),
) -> CutFaces:
    """Find the faces of a photo, or take these boxes for them, and cut them out as the network wants them.

    drawn: faces that users drew on the photo. Those that the detector did not find come after the ones that it found.
    """
    if boxes is None:
        factor = photo.reduced.factor if photo.reduced else 1
        found = find_faces(networks.detector, photo.pixels, min_face=networks.min_face, factor=factor)
        boxes = tuple(found[row] for row in left_to_right(found))
    missed = [one for one in drawn if all(iou(one, box) < SAME_FACE_IOU for box in boxes)]
    boxes = (*boxes, *missed)
    views = partial(
        face_views,
        scale=networks.info.crop_scale,
        size=networks.info.input_size,
        views=networks.info.views,
    )
    shown = close_ups(photo, boxes)
    crops = np.concatenate([views(pixels, [box]) for pixels, box in shown]) if shown else views(photo.pixels, [])
    return CutFaces(boxes, crops, tuple(thumbnail(pixels, box) for pixels, box in shown), len(missed))


def read_faces(given: GivenPhoto, networks: Networks, boxes: Sequence[FaceBox] | None = None) -> Probe:
    """Find, crop and embed the faces of a photo, by path or in memory; boxes, where given, are taken for its faces."""
    if isinstance(given, Path) and boxes is None and is_video(given):
        return _read_video(given, networks)
    networks.load_embedder_ahead()
    if isinstance(given, DecodedPhoto):
        path, photo = IN_MEMORY, given
    else:
        source = given if isinstance(given, PhotoSource) else read_source(given)
        path, photo = source.path, decode_photo(source, longest_side(networks.detector))
    faces = cut_faces(photo, networks, boxes)
    return Probe(path, photo, faces, networks.embedder.embed(faces.crops))


def _read_video(path: Path, networks: Networks) -> Probe:
    """Return a video as a probe, whose faces are its tracks."""
    read = read_video(path, networks, DecodeLimits())
    if isinstance(read, KnownContent):
        raise TypeError("nothing was said to be known")
    photo = DecodedPhoto(read.sha256, read.poster, "VIDEO", read.taken_at, taken_from=read.taken_from)
    spans = tuple(face.span for face in read.faces if face.span is not None)
    thumbnails = tuple(face.thumbnail for face in read.faces)
    faces = CutFaces(tuple(face.box for face in read.faces), read.crops, thumbnails, spans=spans)
    embeddings = [face.embedding for face in read.faces]
    made = np.stack(embeddings) if embeddings else networks.embedder.embed(read.crops)
    return Probe(path, photo, faces, made)


def read_probe(given: GivenPhoto, networks: Networks) -> Probe:
    """Find, crop and embed the faces of a photo; NoFaceFoundError if it shows none."""
    probe = read_faces(given, networks)
    if not probe.faces.boxes:
        raise NoFaceFoundError(
            f"{probe.path} shows no face that can be found ({probe.photo.width} x {probe.photo.height} pixels): "
            "try a larger or clearer photo, or a smaller RECOG_MIN_FACE"
        )
    return probe


def pick_face(probe: Probe, number: int | None, *, second: bool = False) -> int:
    """Return the row of the face that is meant: number counts from the left, from 1.

    second: the photo is the second of two that are compared.

    None needs a photo with one face. Faces too poor to join a cluster (see recog.quality) do not make it two, nor do
    those in the background of a portrait: one face at least MAIN_FACE times as large as every other is meant.
    """
    count = len(probe.faces.boxes)
    if number is None:
        if count > 1:
            gates = qualities(probe.faces)
            clear = [row for row, gate in enumerate(gates) if may_join(gate)]
            if len(clear) == 1:
                return clear[0]
            *_, next_largest, largest = sorted(range(count), key=lambda row: gates[row].size)
            if gates[largest].size >= MAIN_FACE * gates[next_largest].size:
                return largest
            raise SeveralFacesFoundError(probe.path, count, second=second)
        return 0
    if not 1 <= number <= count:
        raise NoSuchFaceError(f"{probe.path} has no face number {number}: it shows {count}, counted from the left")
    return number - 1


def qualities(faces: CutFaces) -> list[FaceQuality]:
    """Return the quality of each face."""
    return [face_quality(box, float(sharp)) for box, sharp in zip(faces.boxes, sharpness(faces.crops), strict=True)]


def face_quality(box: FaceBox, sharp: float) -> FaceQuality:
    """Return the quality of a face of which the catalog knows box and sharpness."""
    turned_away = 0.0 if not box.landmarks else frontality(box)  # a drawn box in which no face was seen has none
    return FaceQuality(min(box.width, box.height), box.score, sharp, turned_away)


def scanned(stat: FileStat, photo: DecodedPhoto, faces: CutFaces, embeddings: Embeddings) -> ScannedPhoto:
    """Return the photo as the catalog takes it."""
    found = new_faces(faces, embeddings)
    return ScannedPhoto(
        stat, photo.sha256, photo.width, photo.height, photo.taken_at, found, photo.incomplete, photo.taken_from
    )


def new_faces(faces: CutFaces, embeddings: Embeddings) -> Sequence[NewFace]:
    """Return faces as the catalog takes them; row i of embeddings is that of faces.boxes[i]."""
    found = len(faces.boxes) - faces.drawn
    rows = zip(faces.boxes, embeddings, sharpness(faces.crops), faces.thumbnails, strict=True)
    return tuple(
        NewFace(box, embedding, float(sharp), small, drawn=row >= found)
        for row, (box, embedding, sharp, small) in enumerate(rows)
    )
