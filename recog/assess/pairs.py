"""Published lists of pairs run with a detector and an embedder as the product uses them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recog.assess.embedding_options import EmbeddingOptions, TimedEmbedder
from recog.datasets.embedded import embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos
from recog.distance import paired_squared_distances
from recog.errors import EvaluationError, PhotoError
from recog.evaluate.histogram import DistanceHistogram, distance_histogram
from recog.evaluate.lfw import LfwScores, ten_folds
from recog.evaluate.pair_bootstrap import PairIntervals, RocBand, pair_intervals
from recog.evaluate.photo_pairs import PhotoPairs
from recog.photos import read_photo
from recog.types import Detector, Embedder, NetworkInfo

Count = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class UnscoredPair:
    """A pair that cannot be scored, the first photo of it that cannot be read, and why (see recog.photos)."""

    left: Path
    right: Path
    photo: Path
    reason: str


@dataclass(frozen=True, slots=True)
class PairsRun:
    """The scores of a network on a list of pairs, with the options they were measured with.

    listed counts the pairs of the list; unscored are those that are not in the scores. found counts photos by how their
    face was found. milliseconds is the time of embedding one face with these options, detection apart.
    """

    protocol: str
    network: NetworkInfo
    options: EmbeddingOptions
    listed: int
    scores: LfwScores
    intervals: PairIntervals
    roc: RocBand
    histogram: DistanceHistogram
    found: Mapping[str, int]
    unscored: tuple[UnscoredPair, ...]
    milliseconds: float


def run_pairs(
    pairs: PhotoPairs,
    protocol: str,
    detector: Detector,
    embedder: Embedder,
    options: EmbeddingOptions,
    *,
    fars: tuple[float, ...] = (1e-2, 1e-3),
    on_photo: Count = lambda _done, _all: None,
) -> PairsRun:
    """Score pairs of photos; on_photo gets photos read and photos in all.

    A photo in which no face is found is scored by its central box. Pairs with a photo that is absent or unreadable are
    listed with the reason, and the others scored. EvaluationError where those are no protocol any more.
    """
    there = np.array([photo.is_file() for photo in pairs.photos])
    if not there.any():
        raise EvaluationError(
            f"none of the {len(there)} listed photos is there, the first ought to be {pairs.photos[0]}"
        )
    present = tuple(photo for photo, kept in zip(pairs.photos, there, strict=True) if kept)
    timed = TimedEmbedder(embedder)
    faces = embedded_faces(
        LabelledPhotos(present, np.zeros(len(present), dtype=np.int64), ("",)),
        detector,
        timed,
        undetected=Undetected.CENTRE,
        more_scales=options.crop_scales[1:],
        progress=on_photo,
    )
    row_of = np.full(len(there), -1)
    row_of[np.flatnonzero(there)[faces.photos]] = np.arange(len(faces.photos))
    left, right = row_of[pairs.left], row_of[pairs.right]
    whole = (left >= 0) & (right >= 0)
    unscored = _unscored(pairs.only(~whole), row_of < 0)
    scored = pairs.only(whole)
    distances = paired_squared_distances(faces.embeddings[left[whole]], faces.embeddings[right[whole]])
    try:
        scores = ten_folds(distances, scored.same, scored.fold, fars=fars)
    except (EvaluationError, ValueError) as error:
        if not unscored:
            raise
        reasons = ", ".join(f"{count} {reason}" for reason, count in Counter(one.reason for one in unscored).items())
        raise EvaluationError(
            f"{len(unscored)} of {len(pairs.same)} pairs have a photo that cannot be read ({reasons}, the first is "
            f"{unscored[0].photo}), and the others are no protocol: {error}"
        ) from error
    intervals, roc = pair_intervals(
        distances,
        scored.same,
        scored.fold,
        (pairs.people[scored.left], pairs.people[scored.right]),
        fars=fars,
    )
    return PairsRun(
        protocol,
        embedder.info,
        options,
        len(pairs.same),
        scores,
        intervals,
        roc,
        distance_histogram(distances, scored.same),
        faces.counts(),
        unscored,
        timed.milliseconds * len(options.crop_scales),
    )


def _unscored(pairs: PhotoPairs, unread: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[UnscoredPair, ...]:
    reasons = {row: _reason(pairs.photos[row]) for row in np.flatnonzero(unread).tolist()}
    return tuple(
        UnscoredPair(pairs.photos[left], pairs.photos[right], pairs.photos[bad], reasons[bad])
        for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        for bad in [left if left in reasons else right]
    )


def _reason(photo: Path) -> str:
    """Why a photo that was not read cannot be."""
    try:
        read_photo(photo)
    except PhotoError as error:
        return error.reason
    return "changed meanwhile"
