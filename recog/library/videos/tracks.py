"""The faces of a video: sample its frames, find faces, and join them to tracks."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from recog.boxes import rescaled
from recog.crop import face_views, thumbnail
from recog.library.networks import Networks
from recog.photos import DecodeLimits, KnownContent, Reason
from recog.photos.reasons import given_up
from recog.photos.video.process import Video, open_video
from recog.photos.video.samples import Sample
from recog.quality import sharpness
from recog.types import Crops, DateSource, FaceBox, NewFace, Pixels, Span
from recog.video.sightings import Sighting
from recog.video.tracking import Track, Tracker


@dataclass(frozen=True, slots=True)
class VideoFaces:
    """A video and its tracks, each as a face: box and thumbnail of its best frame, mean embedding, and span.

    duration in seconds; width and height of the upright video, in whose pixels the boxes are. crops (n, size, size,
    3 * views) uint8 are those of the best frames; poster is the first frame, which may come reduced.
    """

    sha256: str
    width: int
    height: int
    duration: float
    taken_at: datetime | None
    taken_from: DateSource | None
    incomplete: bool
    faces: tuple[NewFace, ...]
    crops: Crops
    poster: Pixels


def read_video(
    path: Path, networks: Networks, limits: DecodeLimits, *, known: Container[str] = ()
) -> VideoFaces | KnownContent:
    """Find the faces of a video, or of an animated picture; KnownContent if its digest is in `known`.

    The memory is that of a few frames and of the best faces of each track. Raises PhotoError if it cannot be read.
    """
    with open_video(path, limits, known=known) as video:
        if isinstance(video, KnownContent):
            return video
        tracker = Tracker(networks.embedder.embed, threshold=networks.calibration.threshold)
        poster: Pixels | None = None
        for frame in video.frames():
            if frame.pixels is None:
                tracker.stay(frame.at)
                continue
            poster = frame.pixels if poster is None else poster
            boxes = networks.detector.detect(frame.pixels)
            tracker.take(frame.at, boxes, _Cutter(frame, networks), scene_begins=frame.cut)
        tracks = tracker.finish()
        if poster is None:
            raise given_up(path, Reason.DAMAGED, "shows nothing")
        return _faces_of(video, tracks, poster, networks)


class _Cutter:
    """Cuts faces out of one frame."""

    def __init__(self, frame: Sample, networks: Networks) -> None:
        self._frame = frame
        self._info = networks.info

    def __call__(self, box: FaceBox) -> Sighting:
        pixels, info = self._frame.pixels, self._info
        if pixels is None:
            raise ValueError("a frame without pixels shows no face")
        crop = face_views(pixels, [box], scale=info.crop_scale, size=info.input_size, views=info.views)
        return Sighting(self._frame.at, box, crop, float(sharpness(crop)[0]), thumbnail(pixels, box))


def _faces_of(video: Video, tracks: list[Track], poster: Pixels, networks: Networks) -> VideoFaces:
    """Return tracks as faces, with boxes in pixels of the video, whose frames may have come reduced."""
    zoom, info = video.width / poster.shape[1], networks.info
    none = np.empty((0, info.input_size, info.input_size, 3 + 3 * len(info.views)), np.uint8)
    faces = tuple(
        NewFace(
            rescaled(track.best.box, zoom, zoom) if zoom != 1 else track.best.box,
            np.asarray(track.embedding, np.float32),
            track.best.sharpness,
            track.best.thumbnail,
            span=Span(track.first, track.last, track.best.at),
        )
        for track in tracks
    )
    return VideoFaces(
        video.sha256,
        video.width,
        video.height,
        video.duration,
        video.taken_at,
        video.taken_from,
        video.incomplete,
        faces,
        np.concatenate([none, *(track.best.crop for track in tracks)]),
        poster,
    )
