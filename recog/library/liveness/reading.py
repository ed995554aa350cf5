"""Read the face of a clip as sequences for the check of liveness."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from recog.boxes import iou
from recog.crop import face_views
from recog.distance import squared_distances
from recog.errors import LivenessError
from recog.library.networks import Networks
from recog.live.sequence import FRAMES, RATE, FaceSequence, Landmarks, detected_frames, interpolated, sequence_of
from recog.photos import DecodeLimits, KnownContent
from recog.photos.video.formats import EXTRA, is_video, videos_are_read
from recog.photos.video.process import open_video
from recog.photos.video.samples import Beat, Sample
from recog.printable import printable
from recog.quality import FOUND, SURE_SCORE, frontality, luma
from recog.types import FaceBox, Pixels

LEAST_SECONDS = FRAMES / RATE
MOST_SECONDS = 2 * LEAST_SECONDS
"""Seconds of a clip that are looked at."""
_LEAST_EYES = 24.0
"""Pixels between the eyes: below, neither a pulse nor a screen can be seen."""
_LEAST_LUMA = 40.0
_SLOWEST = 0.075
"""Seconds by which a frame may miss its beat: a camera of at least 7 frames a second."""
_LEAST_SHARE = 0.7
"""Share of the frames looked at in which the face must be found."""
_SAME_PLACE = 0.1
"""The least overlap of the boxes of a face that stays."""
_OTHER_FACE = 0.4
"""A second face that is at least this large, against the largest, is not a background."""


@dataclass(frozen=True, slots=True, eq=False)
class FilmedFace:
    """The face of a clip: successive sequences, and the landmarks of all frames (n * FRAMES, 5, 2).

    best: the frame that shows it best, (h, w, 3) uint8, and box: where.
    """

    sequences: tuple[FaceSequence, ...]
    landmarks: Landmarks
    best: Pixels
    box: FaceBox


def read_filmed_face(path: Path, networks: Networks, limits: DecodeLimits) -> FilmedFace:
    """Read the only face of the beginning of a clip.

    Raises:
        PhotoError: it cannot be read as a video.
        LivenessError: it is too short, cut, dark or slow, or does not show one large face throughout.
    """
    if not videos_are_read():
        raise LivenessError(
            f"{printable(path)} cannot be read, because this installation of recog reads no videos: "
            f"install recog[{EXTRA}]"
        )
    if path.exists() and not is_video(path):
        raise LivenessError(f"{printable(path)} is no video: film a face for at least {LEAST_SECONDS:g} seconds")
    with open_video(path, limits, beat=Beat(RATE, MOST_SECONDS)) as video:
        if isinstance(video, KnownContent):
            raise TypeError("nothing was said to be known")
        frames = _on_the_beat(path, list(video.frames()))
    seen: list[tuple[Pixels, FaceBox]] = []
    sequences = []
    for start in range(0, len(frames) - FRAMES + 1, FRAMES):
        part = frames[start : start + FRAMES]
        boxes = _boxes_of(path, [part[place] for place in detected_frames()], networks)
        seen += [(part[place], box) for place, box in zip(detected_frames(), boxes, strict=True) if box is not None]
        sequences.append(sequence_of(part, interpolated(_filled(boxes))))
    _refuse_leaps(path, [box for _, box in seen])
    _refuse_small_or_dark(path, sequences)
    best, box = max(seen, key=lambda one: frontality(one[1]) * one[1].score)
    _refuse_other_person(path, seen, (best, box), networks)
    return FilmedFace(tuple(sequences), np.concatenate([one.landmarks for one in sequences]), best, box)


def _on_the_beat(path: Path, samples: Sequence[Sample]) -> list[Pixels]:
    """Return the frame nearest to each beat; a clip that is too short or too slow is a LivenessError."""
    times = np.array([one.at for one in samples])
    last = float(times[-1]) if len(times) else 0.0
    count = int(min(last, MOST_SECONDS) * RATE + 1e-6) + 1
    if count < FRAMES:
        raise LivenessError(
            f"{printable(path)} shows {last:.1f} seconds: film a face for at least {LEAST_SECONDS:g} seconds"
        )
    beats = np.arange(count // FRAMES * FRAMES) / RATE
    places = [int(np.argmin(np.abs(times - beat))) for beat in beats]
    late = float(np.abs(times[places] - beats).max())
    if late > _SLOWEST:
        raise LivenessError(
            f"{printable(path)} has too few frames a second, or gaps: film with at least 15 frames a second"
        )
    pixels = [samples[place].pixels for place in places]
    shown = [one for one in pixels if one is not None]
    if len(shown) < len(pixels):
        raise LivenessError(f"{printable(path)} lacks frames: film it again")
    return shown


def _boxes_of(path: Path, frames: Sequence[Pixels], networks: Networks) -> list[FaceBox | None]:
    """Return the face of each frame, None where none is found; several faces, or too few, are a LivenessError."""
    found: list[FaceBox | None] = []
    several = 0
    for pixels in frames:
        boxes = sorted(networks.detector.detect(pixels), key=lambda one: -one.width)
        sure = [one for one in boxes if one.score >= SURE_SCORE and len(one.landmarks) == 5]
        several += len([one for one in sure if one.width >= _OTHER_FACE * sure[0].width]) > 1
        found.append(sure[0] if sure else None)
    if several > len(frames) * (1 - _LEAST_SHARE):
        raise LivenessError(f"{printable(path)} shows several faces: film one face alone")
    if sum(one is not None for one in found) < _LEAST_SHARE * len(frames):
        raise LivenessError(
            f"{printable(path)} does not show a face all the time: film one face from the front, large and in the light"
        )
    return found


def _filled(boxes: Sequence[FaceBox | None]) -> list[Landmarks]:
    """Return the landmarks of each box; where no face was found, those between its neighbours'."""
    rows = [row for row, one in enumerate(boxes) if one is not None]
    points = np.array([one.landmarks for one in boxes if one is not None], np.float64).reshape(len(rows), 10)
    filled = np.stack([np.interp(np.arange(len(boxes)), rows, column) for column in points.T], axis=1)
    return list(filled.reshape(-1, 5, 2))


def _refuse_leaps(path: Path, boxes: Sequence[FaceBox]) -> None:
    """Refuse a clip in which the face is suddenly elsewhere: a shaken camera moves it by less in 0.25 seconds."""
    if any(iou(box, after) < _SAME_PLACE for box, after in pairwise(boxes)):
        raise LivenessError(f"{printable(path)} shows the face leap from one place to another: film it in one piece")


def _refuse_small_or_dark(path: Path, sequences: Sequence[FaceSequence]) -> None:
    landmarks = np.concatenate([one.landmarks for one in sequences])
    eyes = float(np.median(np.linalg.norm(landmarks[:, 1] - landmarks[:, 0], axis=1)))
    if eyes < _LEAST_EYES:
        raise LivenessError(
            f"{printable(path)} shows {eyes:.0f} pixels between the eyes, and {_LEAST_EYES:.0f} are needed: come nearer"
        )
    light = float(np.mean([luma(one.patches).mean() for one in sequences]))
    if light < _LEAST_LUMA:
        raise LivenessError(
            f"{printable(path)} is too dark (brightness {light:.0f} of 255, at least {_LEAST_LUMA:.0f} is needed): "
            "turn on a light"
        )


def _refuse_other_person(
    path: Path, seen: Sequence[tuple[Pixels, FaceBox]], best: tuple[Pixels, FaceBox], networks: Networks
) -> None:
    """Refuse a clip in which one face takes the place of another: the one that lives must be the one that is named."""
    info = networks.info
    some = [best, *(one for one in seen[:: max(1, len(seen) // 6)] if frontality(one[1]) >= FOUND.frontality)]
    crops = [
        face_views(pixels, [box], scale=info.crop_scale, size=info.input_size, views=info.views) for pixels, box in some
    ]
    embeddings = networks.embedder.embed(np.concatenate(crops))
    far = float(squared_distances(embeddings[:1], embeddings).max())
    if far > networks.calibration.threshold:
        raise LivenessError(f"{printable(path)} shows two people one after the other: film one face alone")
