"""Evaluation on published lists of pairs, with a detector and an embedder as the product uses them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.assess.embedding_options import EmbeddingOptions, TimedEmbedder
from recog.datasets.embedded import EmbeddedFaces, Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import unlabelled
from recog.distance import paired_squared_distances
from recog.errors import EvaluationError, PhotoError
from recog.evaluate.histogram import DistanceHistogram, distance_histogram
from recog.evaluate.lfw import LfwScores, ten_folds
from recog.evaluate.pair_bootstrap import PairIntervals, RocBand, pair_intervals
from recog.evaluate.photo_pairs import PhotoPairs
from recog.photos import read_photo
from recog.types import NetworkInfo


@dataclass(frozen=True, slots=True)
class UnscoredPair:
    """A pair that cannot be scored, the first of its photos that cannot be read, and the reason (see recog.photos)."""

    left: Path
    right: Path
    photo: Path
    reason: str


@dataclass(frozen=True, slots=True)
class PairsRun:
    """The scores of a network on a list of pairs, with the options that they were measured with.

    listed counts the pairs of the list, unscored are those without a score. found counts the photos by how their face
    was found. milliseconds is the time to embed one face with these options, without detection.
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
    pipeline: Pipeline,
    options: EmbeddingOptions,
    *,
    fars: tuple[float, ...] = (1e-2, 1e-3),
) -> PairsRun:
    """Score pairs of photos; nothing is cached, because embedding is timed.

    A photo without a detected face is scored by its central box. Pairs with an absent or unreadable photo are listed
    with the reason, and the others scored.

    Raises:
        EvaluationError: no photo can be read, or the readable pairs are too few to be scored.
    """
    timed = TimedEmbedder(pipeline.embedder)
    faces, row_of = _embedded(pairs, replace(pipeline, embedder=timed, cache=None), options)
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
    people = pairs.people[scored.left], pairs.people[scored.right]
    intervals, roc = pair_intervals(distances, scored.same, scored.fold, people, fars=fars)
    return PairsRun(
        protocol,
        pipeline.embedder.info,
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


def _embedded(
    pairs: PhotoPairs, pipeline: Pipeline, options: EmbeddingOptions
) -> tuple[EmbeddedFaces, NDArray[np.int64]]:
    """Embed the photos that exist; return the faces, and the row of each photo's face, (photos,), or -1."""
    there = np.array([photo.is_file() for photo in pairs.photos])
    if not there.any():
        raise EvaluationError(f"none of the {len(there)} listed photos exists, the first would be {pairs.photos[0]}")
    faces = embedded_faces(
        unlabelled(tuple(photo for photo, kept in zip(pairs.photos, there, strict=True) if kept)),
        pipeline,
        undetected=Undetected.CENTRE,
        more_scales=options.crop_scales[1:],
    )
    row_of = np.full(len(there), -1, dtype=np.int64)
    row_of[np.flatnonzero(there)[faces.photos]] = np.arange(len(faces.photos))
    return faces, row_of


def _unscored(pairs: PhotoPairs, unread: NDArray[np.bool_]) -> tuple[UnscoredPair, ...]:
    reasons = {row: _reason(pairs.photos[row]) for row in np.flatnonzero(unread).tolist()}
    return tuple(
        UnscoredPair(pairs.photos[left], pairs.photos[right], pairs.photos[bad], reasons[bad])
        for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        for bad in [left if left in reasons else right]
    )


def _reason(photo: Path) -> str:
    """Return why a photo that was not read cannot be read."""
    try:
        read_photo(photo)
    except PhotoError as error:
        return error.reason
    return "changed meanwhile"
