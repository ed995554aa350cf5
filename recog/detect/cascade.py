"""The three stages of MTCNN over one photo: propose, refine, decide. They turn the networks' outputs into boxes."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.detect.suppression import covered_pairs, neighbouring_pairs, overlapping_pairs, unsuppressed

FACTOR = 0.709
"""Ratio of neighbouring pyramid levels: about half of the area."""
THRESHOLDS = (0.7, 0.75, 0.55)
"""Least face probability of the three stages; facenet-pytorch has 0.6, 0.7 and 0.7.

Of 456 faces in 160 photos of WIDER FACE 396 are found and 32 boxes are wrong, where facenet-pytorch finds 395 with 45
(docs/decisions/detector-thresholds.md).
"""
UNSURE = (0.5, 0.9)
"""R-Net runs again on a window of a large photo, after moving it, if its probability is between these bounds.

A window that was accepted must be accepted again, by THRESHOLDS; a window that was rejected must reach the upper bound.
In 80 photos enlarged to 12 megapixels this reduces 65 wrong boxes to 45 (docs/decisions/detector-thresholds.md).
"""
WINDOW = 12
"""P-Net's window, in pixels of a level."""
STRIDE = 2
_LEVEL_OVERLAP = 0.5
_MOVED_OVERLAP = 0.65
_OVERLAP = 0.7

Floats: TypeAlias = NDArray[np.float32]
Windows: TypeAlias = NDArray[np.int64]
"""(n, 4) as left, top, right, bottom in pixels, right and bottom open."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """P-Net's windows on one level that may be faces, row by row.

    places (n, 2) int64 as row, column, STRIDE pixels of the level apart; scores (n,); offsets (n, 4).
    """

    places: NDArray[np.int64]
    scores: Floats
    offsets: Floats


class Stages(Protocol):
    """The three networks applied to one photo, with any library."""

    @property
    def height(self) -> int:
        """Height in pixels of the photo that is searched."""

    @property
    def width(self) -> int:
        """Width in pixels of the photo that is searched."""

    def propose(self, height: int, width: int, *, least: float) -> Proposals:
        """Run P-Net over the photo resampled to height x width; returns windows of at least that probability.

        A level of odd height or width ends with its last row or column twice.
        """

    def refine(self, windows: Windows) -> tuple[Floats, Floats]:
        """Run R-Net on n >= 1 windows of the photo: probabilities (n,), offsets (n, 4)."""

    def decide(self, windows: Windows) -> tuple[Floats, Floats, Floats]:
        """Run O-Net on n >= 1 windows of the photo: probabilities (n,), offsets (n, 4), landmarks (n, 10)."""


@dataclass(frozen=True, slots=True)
class Found:
    """boxes (n, 4) float32 as left, top, right, bottom; scores (n,); landmarks (n, 5, 2) as x, y."""

    boxes: Floats
    scores: Floats
    landmarks: Floats


def find_faces(photo: Stages, *, smallest: float, twice: bool = False) -> Found:
    """Find every face of a photo, best score first. smallest is the side of P-Net's smallest window, at least WINDOW.

    twice: R-Net runs again on windows of which it is UNSURE.

    The arithmetic is that of facenet-pytorch's detect_face, including its Matlab heritage (sides counted inclusively,
    windows from pixel 1). Departures: THRESHOLDS; P-Net computes with rounded numbers (recog.detect.rounding); a box
    wholly outside the photo is dropped (facenet-pytorch keeps it, which shifts the scores of later boxes); a photo too
    small for one window has no face instead of raising an error; the odd last row or column of a level is doubled
    (facenet-pytorch pools half a window); and windows of different levels are compared before R-Net, after they have
    moved, because before that their areas differ too much to overlap.
    """
    boxes = _propose(photo, smallest)
    boxes = _refine(photo, boxes, twice=twice)
    return _decide(photo, boxes)


def scales(height: int, width: int, *, smallest: float) -> list[float]:
    """Return the scales of the pyramid: P-Net's window covers from the smallest side up to the photo's short side."""
    found = []
    scale = WINDOW / smallest
    short = min(height, width) * scale
    while short >= WINDOW:
        found.append(scale)
        scale *= FACTOR
        short *= FACTOR
    return found


def _propose(photo: Stages, smallest: float) -> Floats:
    """Return (n, 4) square boxes of P-Net over all levels."""
    levels = scales(photo.height, photo.width, smallest=smallest)
    if not levels:
        return np.empty((0, 4), np.float32)
    found = [
        photo.propose(int(photo.height * scale + 1), int(photo.width * scale + 1), least=THRESHOLDS[0])
        for scale in levels
    ]
    level = np.repeat(np.arange(len(levels)), [len(one.scores) for one in found])
    places = np.concatenate([one.places for one in found])
    scores, offsets = np.concatenate([one.scores for one in found]), np.concatenate([one.offsets for one in found])
    corner = places[:, ::-1].astype(np.float32) * STRIDE
    scale = np.array(levels, np.float32)[level, None]
    boxes = np.concatenate([np.floor((corner + 1) / scale), np.floor((corner + WINDOW) / scale)], axis=1)
    pairs = neighbouring_pairs(level, places, boxes, scores, overlap=_LEVEL_OVERLAP)
    kept = unsuppressed(len(boxes), pairs)
    order = np.flatnonzero(kept)[np.argsort(-scores[kept], kind="stable")]
    boxes = _moved(boxes[order], offsets[order], inclusive=0)
    kept = unsuppressed(len(boxes), overlapping_pairs(boxes, overlap=_MOVED_OVERLAP))
    return _squared(boxes[kept])


def _refine(photo: Stages, boxes: Floats, *, twice: bool) -> Floats:
    """Return the boxes (n, 4) that R-Net accepts, moved and squared."""
    boxes, windows = _inside(photo, boxes)
    if not len(boxes):
        return boxes
    scores, offsets = photo.refine(windows)
    if twice:
        boxes, offsets = _seen_again(photo, boxes, scores, offsets)
    else:
        order = _passed(scores, THRESHOLDS[1])
        boxes, offsets = boxes[order], offsets[order]
    kept = unsuppressed(len(boxes), overlapping_pairs(boxes, overlap=_OVERLAP))
    return _squared(_moved(boxes[kept], offsets[kept], inclusive=1))


def _seen_again(photo: Stages, boxes: Floats, scores: Floats, offsets: Floats) -> tuple[Floats, Floats]:
    """Run R-Net again on the boxes of which it was UNSURE; returns the accepted boxes and their offsets.

    A box that is accepted both times keeps its first position. A box that is accepted only now has its moved position,
    and comes after the others.
    """
    least, (low, high) = THRESHOLDS[1], UNSURE
    moved = _squared(_moved(boxes, offsets, inclusive=1))
    windows, shown = _windows(photo, moved)
    unsure = np.flatnonzero((scores > low) & (scores <= high) & shown)
    if unsure.size:
        second, second_offsets = photo.refine(windows[unsure])
    else:
        second, second_offsets = np.empty(0, np.float32), np.empty((0, 4), np.float32)
    kept = scores.copy()
    kept[unsure[second <= least]] = 0
    old, new = _passed(kept, least), _passed(np.where(scores[unsure] <= least, second, 0), high)
    return np.concatenate([boxes[old], moved[unsure[new]]]), np.concatenate([offsets[old], second_offsets[new]])


def _decide(photo: Stages, boxes: Floats) -> Found:
    """Return the faces that O-Net accepts among boxes (n, 4), with landmarks."""
    boxes, windows = _inside(photo, boxes)
    if not len(boxes):
        return Found(boxes, np.empty(0, np.float32), np.empty((0, 5, 2), np.float32))
    scores, offsets, points = photo.decide(windows)
    order = _passed(scores, THRESHOLDS[2])
    boxes, scores, offsets, points = boxes[order], scores[order], offsets[order], points[order]
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    landmarks = points.reshape(-1, 2, 5).transpose(0, 2, 1) * sides[:, None] + boxes[:, None, :2] - 1
    boxes = _moved(boxes, offsets, inclusive=1)
    kept = unsuppressed(len(boxes), covered_pairs(boxes, overlap=_OVERLAP))
    return Found(boxes[kept], scores[kept], landmarks[kept])


def _passed(scores: Floats, least: float) -> NDArray[np.int64]:
    """Return the rows with scores above the least, best first."""
    rows = np.flatnonzero(scores > least)
    return rows[np.argsort(-scores[rows], kind="stable")]


def _inside(photo: Stages, boxes: Floats) -> tuple[Floats, Windows]:
    """Return the boxes (n, 4) that overlap the photo, and their windows in it."""
    windows, shown = _windows(photo, boxes)
    return boxes[shown], windows[shown]


def _windows(photo: Stages, boxes: Floats) -> tuple[Windows, NDArray[np.bool_]]:
    """Return the windows of boxes (n, 4) in the photo, and whether each is not empty, (n,)."""
    whole = np.trunc(boxes).astype(np.int64)
    corner = np.maximum(whole[:, :2], 1) - 1
    windows = np.concatenate([corner, np.minimum(whole[:, 2:], (photo.width, photo.height))], axis=1)
    return windows, (windows[:, 2] > windows[:, 0]) & (windows[:, 3] > windows[:, 1])


def _moved(boxes: Floats, offsets: Floats, *, inclusive: int) -> Floats:
    """Move boxes (n, 4) by offsets (n, 4) in units of their sides; `inclusive` pixels are added to a side."""
    sides = boxes[:, 2:] - boxes[:, :2] + inclusive
    moved: Floats = boxes + offsets * np.concatenate([sides, sides], axis=1)
    return moved


def _squared(boxes: Floats) -> Floats:
    """Grow boxes (n, 4) to squares about their centres."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longest = sides.max(axis=1, keepdims=True)
    corner = boxes[:, :2] + sides * np.float32(0.5) - longest * np.float32(0.5)
    return np.concatenate([corner, corner + longest], axis=1)
