"""Evaluation on pairs of videos, by one frame, by the mean of all frames, and by tracks as the product makes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.crop import face_views
from recog.datasets.main_face import labelled_face
from recog.distance import paired_squared_distances
from recog.errors import EvaluationError, PhotoError
from recog.evaluate.lfw import LfwScores, ten_folds
from recog.evaluate.ytf import VideoPair, frames_of
from recog.photos import read_photo
from recog.quality import sharpness
from recog.types import Crops, Detector, Embedder, Embeddings, NetworkInfo
from recog.video.sightings import Sighting, mean_embedding
from recog.video.tracking import MOST_SIGHTINGS, SHARP_SHARE

MOST_FRAMES = 32
"""Frames of a video that are looked at."""


@dataclass(frozen=True, slots=True)
class UnscoredVideos:
    """A pair without a score, and the video that is to blame: it is absent, or no frame shows a face."""

    left: str
    right: str
    video: str


@dataclass(frozen=True, slots=True)
class VideoPairsRun:
    """The scores of a network on pairs of videos.

    single: by the middle frame of each video that shows a face. frames: by the mean distance of all pairs of frames.
    tracks: by the mean embedding of the best frames, weighted by their quality. frames_seen counts frames with a face.
    """

    network: NetworkInfo
    listed: int
    videos: int
    frames_seen: int
    single: LfwScores
    frames: LfwScores
    tracks: LfwScores
    unscored: tuple[UnscoredVideos, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a video says of its face, (dim,) each: the middle frame, the plain mean of all, the mean of the best."""

    frames: int
    single: Embeddings
    mean: NDArray[np.float64]
    track: Embeddings


def run_ytf(
    folder: Path,
    pairs: Sequence[VideoPair],
    detector: Detector,
    embedder: Embedder,
    *,
    on_video: Callable[[int, int], None] = lambda _done, _all: None,
) -> VideoPairsRun:
    """Score pairs of videos, each a folder of frames, in three ways.

    A frame without a face is left out, and so is a pair with a video that shows none.

    Raises:
        EvaluationError: no pair can be scored, or a fold has pairs of only one kind.
    """
    names = sorted({name for pair in pairs for name in (pair.left, pair.right)})
    seen: dict[str, _Seen] = {}
    for done, name in enumerate(names, start=1):
        sightings = _sightings(frames_of(folder, name, most=MOST_FRAMES), detector, embedder.info)
        if sightings:
            seen[name] = _seen(sightings, embedder)
        on_video(done, len(names))
    scored = [pair for pair in pairs if pair.left in seen and pair.right in seen]
    if not scored:
        raise EvaluationError(f"no pair of videos in {folder} can be scored: look whether it holds NAME/NUMBER/*.jpg")
    left, right = [seen[pair.left] for pair in scored], [seen[pair.right] for pair in scored]
    same, fold = np.array([pair.same for pair in scored]), np.array([pair.fold for pair in scored], np.int64)
    # The mean of |a - b|^2 over all unit a and b is 2 - 2 mean(a) . mean(b).
    means = np.array([2.0 - 2.0 * float(a.mean @ b.mean) for a, b in zip(left, right, strict=True)])
    return VideoPairsRun(
        embedder.info,
        len(pairs),
        len(seen),
        sum(one.frames for one in seen.values()),
        ten_folds(_distances([one.single for one in left], [one.single for one in right]), same, fold),
        ten_folds(means, same, fold),
        ten_folds(_distances([one.track for one in left], [one.track for one in right]), same, fold),
        tuple(
            UnscoredVideos(pair.left, pair.right, pair.right if pair.left in seen else pair.left)
            for pair in pairs
            if pair not in scored
        ),
    )


def _sightings(frames: Sequence[Path], detector: Detector, info: NetworkInfo) -> list[Sighting]:
    """Cut out the face that each frame is about; frames that cannot be read, or show none, are left out."""
    found = []
    for number, path in enumerate(frames):
        try:
            pixels = read_photo(path).pixels
        except PhotoError:
            continue
        height, width = pixels.shape[:2]
        box = labelled_face(detector.detect(pixels), width=width, height=height)
        if box is not None:
            crop: Crops = face_views(pixels, [box], scale=info.crop_scale, size=info.input_size, views=info.views)
            found.append(Sighting(float(number), box, crop, float(sharpness(crop)[0]), b""))
    return found


def _seen(sightings: Sequence[Sighting], embedder: Embedder) -> _Seen:
    embeddings = embedder.embed(np.concatenate([one.crop for one in sightings]))
    weights = [one.weight for one in sightings]
    best = sorted(range(len(weights)), key=lambda row: -weights[row])[:MOST_SIGHTINGS]
    kept = [row for row in best if weights[row] >= SHARP_SHARE * weights[best[0]]]
    track = mean_embedding(embeddings[kept], [weights[row] for row in kept])
    return _Seen(len(weights), embeddings[len(weights) // 2], embeddings.astype(np.float64).mean(axis=0), track)


def _distances(left: Sequence[Embeddings], right: Sequence[Embeddings]) -> NDArray[np.float32]:
    return paired_squared_distances(np.stack(left), np.stack(right))
