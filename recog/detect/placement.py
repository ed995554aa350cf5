"""MTCNN's R-Net and O-Net after YuNet: they place box and landmarks, and O-Net has a say in the score."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recog.detect.proposals import Floats, Proposals
from recog.detect.windows import windows
from recog.types import Pixels

ODDS = (1.57, 0.51, 0.81, 1e-3)
"""The log-odds of a face are the first number times those of YuNet's score, plus the second times those of O-Net's
probability, plus the third; scores are taken as no nearer to 0 and 1 than the fourth.

Fitted by logistic regression (docs/decisions/detector-yunet.md).
"""
FINE = 96.0
"""Windows of at least this side, in pixels of the searched copy, are cut from the copy instead of the photo."""
_REFINED, _DECIDED = 24, 48
"""Sides of R-Net's and O-Net's windows."""


class Refiners(Protocol):
    """R-Net and O-Net, loaded."""

    def refine(self, windows: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Run R-Net on n >= 1 windows (n, 3, 24, 24): probabilities (n,), offsets (n, 4)."""

    def decide(self, windows: NDArray[np.uint8]) -> tuple[Floats, Floats, Floats]:
        """Run O-Net on n >= 1 windows (n, 3, 48, 48): probabilities (n,), offsets (n, 4), landmarks (n, 10)."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces in pixels of the photo: boxes (n, 4), scores (n,) 0 to 1, landmarks (n, 5, 2) as x, y."""

    boxes: Floats
    scores: Floats
    landmarks: Floats


def placed(networks: Refiners, pixels: Pixels, copy: Pixels, proposals: Proposals) -> Faces:
    """Place box and landmarks of the faces that YuNet proposes in a copy of the photo; none is rejected.

    A window that leaves the photo shows its border repeated. Boxes and landmarks are those of O-Net even if it takes
    the window for no face.
    """
    if not len(proposals.boxes):
        return Faces(proposals.boxes, proposals.scores, np.empty((0, 5, 2), np.float32))
    height, width = copy.shape[:2]
    zoom = np.array([pixels.shape[1] / width, pixels.shape[0] / height] * 2, np.float32)
    fine = _squared(proposals.boxes)[:, 2:] - _squared(proposals.boxes)[:, :2]
    from_copy = fine[:, 0] >= FINE
    parts = [
        _placed(networks, picture, proposals.boxes[rows] * scale, proposals.scores[rows], zoom / scale)
        for picture, rows, scale in ((copy, from_copy, np.ones(4, np.float32)), (pixels, ~from_copy, zoom))
        if rows.any()
    ]
    return joined(*parts)


def joined(*parts: Faces) -> Faces:
    """Put faces one after another."""
    return Faces(
        np.concatenate([each.boxes for each in parts]),
        np.concatenate([each.scores for each in parts]),
        np.concatenate([each.landmarks for each in parts]),
    )


def _placed(networks: Refiners, pixels: Pixels, boxes: Floats, scores: Floats, zoom: Floats) -> Faces:
    """Place n >= 1 boxes by windows of these pixels; the result is multiplied by zoom (4,)."""
    found = decided(networks, pixels, boxes)
    return Faces(found.boxes * zoom, _score(scores, found.scores), found.landmarks * zoom[:2])


def decided(networks: Refiners, pixels: Pixels, boxes: Floats) -> Faces:
    """Place n >= 1 boxes (n, 4), which R-Net moves first; the scores are O-Net's probabilities."""
    squares = _squared(boxes)
    _, offsets = networks.refine(windows(pixels, squares, _REFINED))
    squares = _squared(_moved(squares, offsets))
    odds, offsets, points = networks.decide(windows(pixels, squares, _DECIDED))
    sides = squares[:, None, 2:] - squares[:, None, :2]
    landmarks = points.reshape(-1, 2, 5).transpose(0, 2, 1) * sides + squares[:, None, :2]
    return Faces(_moved(squares, offsets), odds, landmarks)


def _score(yunet: Floats, onet: Floats) -> Floats:
    """Return the probability of a face from YuNet's score and O-Net's probability, (n,) each."""
    of_yunet, of_onet, offset, _ = ODDS
    logit = of_yunet * _logit(yunet) + of_onet * _logit(onet) + offset
    score: Floats = (1 / (1 + np.exp(-logit))).astype(np.float32)
    return score


def _logit(score: Floats) -> NDArray[np.float64]:
    bounded = np.clip(score.astype(np.float64), ODDS[3], 1 - ODDS[3])
    logit: NDArray[np.float64] = np.log(bounded / (1 - bounded))
    return logit


def _moved(boxes: Floats, offsets: Floats) -> Floats:
    """Move boxes (n, 4) by offsets (n, 4) in units of their sides."""
    sides = boxes[:, 2:] - boxes[:, :2]
    moved: Floats = boxes + offsets * np.concatenate([sides, sides], axis=1)
    return moved


def _squared(boxes: Floats) -> Floats:
    """Grow boxes (n, 4) to squares of at least one pixel about their centres."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    halves = np.maximum((boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True), 1) / 2
    return np.concatenate([centres - halves, centres + halves], axis=1)
