"""The quality of faces: which may join or found a cluster, and which may get a name by distance."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recog.types import Crops, FaceBox, Pixels

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""ITU-R BT.601."""


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """Measures of how well a face can be seen.

    size: shorter side of the detector's box in pixels. score: the detector's, 0 to 1. sharpness: see sharpness().
    frontality: see frontality().
    """

    size: float
    score: float
    sharpness: float
    frontality: float


class Shortfall(StrEnum):
    """A reason why a face does not pass a gate."""

    SMALL = "small"
    DOUBTFUL = "doubtful"
    BLURRED = "blurred"
    TURNED = "turned"


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer of a gate: true if no measure falls short."""

    shortfalls: tuple[Shortfall, ...]

    def __bool__(self) -> bool:
        return not self.shortfalls


# Measured on WIDER FACE and CelebA: docs/decisions/face-quality.md.
JOIN = FaceQuality(size=20.0, score=0.90, sharpness=1.0, frontality=0.0)
"""The least values with which a face may join a cluster that others founded."""

FOUND = FaceQuality(size=40.0, score=0.98, sharpness=8.0, frontality=0.25)
"""The least values with which a face may found a cluster: poor faces resemble each other."""


SURE_SCORE = 0.98
"""The least detector score with which a face gets a name by distance, lends its own, or is verified.

In a photo that lies on its side the detector takes parts of faces for upright faces, and their embeddings are alike. At
0.98 5 to 13 % of such false faces pass, and 0.4 % of the right names are lost (docs/decisions/face-quality.md).
"""


def doubt_of(box: FaceBox) -> str | None:
    """Return why a face gets no name by distance, as the middle of a sentence; None if it may get one."""
    if box.score >= SURE_SCORE:
        return None
    if box.score == 0:  # only of a box that a user drew
        return "no eyes, nose and mouth are seen in the box that was drawn"
    # Rounded down, so that no doubtful score reads like the least one that is enough.
    return f"the detector is unsure of this face (score {math.floor(box.score * 100) / 100:.2f})"


def may_join(quality: FaceQuality) -> Gate:
    """Return whether a face may join a cluster that others founded."""
    return _gate(quality, JOIN)


def may_found(quality: FaceQuality) -> Gate:
    """Return whether a face may found a cluster."""
    return _gate(quality, FOUND)


def sharpness(crops: Crops) -> NDArray[np.float32]:
    """Return the variance of the luma's Laplacian, (n, size, size, 3 or more) uint8 -> (n,) float32; 0 is a flat crop.

    It is computed on the first view, the crop along the box: the 4-neighbour Laplacian of the inner pixels, luma 0 to
    255. Compare only crops of one size: a face that was enlarged to fill its crop is blurred, and counts as such.
    Pech-Pacheco et al., ICPR 2000 (LAPV).
    """
    variances = np.empty(len(crops), np.float32)
    for row, crop in enumerate(crops):
        grey = luma(crop)
        middle = grey[1:-1, 1:-1]
        laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * middle
        variances[row] = laplacian.var()
    return variances


def luma(pixels: Pixels) -> NDArray[np.float32]:
    """Return the luma of pixels (..., 3 or more) uint8, 0 to 255: (...) float32."""
    return np.asarray(pixels[..., :3] @ _LUMA, np.float32)


def frontality(box: FaceBox) -> float:
    """Return how far a face looks at the camera rather than to a side: 1 from the front, 0 in profile.

    Along the line of the eyes the nose lies between the left eye and mouth corner and the right ones. The measure is
    the shorter of these two mean distances over the longer one. A tilt of the head in the picture does not matter.
    """
    if len(box.landmarks) != 5:
        raise ValueError(f"five landmarks are needed, this box has {len(box.landmarks)}")
    left_eye, right_eye, nose, left_mouth, right_mouth = np.array(box.landmarks, np.float64)
    axis = right_eye - left_eye
    to_left = float((nose - (left_eye + left_mouth) / 2) @ axis)
    to_right = float(((right_eye + right_mouth) / 2 - nose) @ axis)
    if to_left <= 0 or to_right <= 0:
        return 0.0
    return min(to_left, to_right) / max(to_left, to_right)


def _gate(quality: FaceQuality, least: FaceQuality) -> Gate:
    held = (
        (quality.size >= least.size, Shortfall.SMALL),
        (quality.score >= least.score, Shortfall.DOUBTFUL),
        (quality.sharpness >= least.sharpness, Shortfall.BLURRED),
        (quality.frontality >= least.frontality, Shortfall.TURNED),
    )
    return Gate(tuple(shortfall for enough, shortfall in held if not enough))
