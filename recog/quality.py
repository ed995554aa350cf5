"""May this face join, or found, a cluster, and may it have a name by distance? With reasons."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recog.types import Crops, FaceBox

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""ITU-R BT.601."""


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """How well a face can be seen.

    size: shorter side of the detector's box in pixels. score: the detector's, 0 to 1. sharpness: see sharpness().
    frontality: see frontality().
    """

    size: float
    score: float
    sharpness: float
    frontality: float


class Shortfall(StrEnum):
    """What keeps a face out."""

    SMALL = "small"
    DOUBTFUL = "doubtful"
    BLURRED = "blurred"
    TURNED = "turned"


@dataclass(frozen=True, slots=True)
class Gate:
    """An answer with its reasons: true where nothing is short."""

    shortfalls: tuple[Shortfall, ...]

    def __bool__(self) -> bool:
        return not self.shortfalls


# Sharpness of 160 px crops of 642 labelled faces of WIDER FACE: 5 % of the clear ones of 60 px and more are below 9;
# half of the normally blurred ones of 30 to 60 px are below 4, half of the heavily blurred ones below 1.6.
# Of 584 detections in 160 of its photos 42 are no faces: none of these passes FOUND and one passes JOIN, where 208 and
# 429 of the 542 faces do. Of faces that were made smaller than JOIN wants, a fifth is still nearest to its own person
# within the threshold; they are left out all the same, for the sake of what is no face.
JOIN = FaceQuality(size=20.0, score=0.90, sharpness=1.0, frontality=0.0)
"""The least of each with which a face may join a cluster that others founded."""

FOUND = FaceQuality(size=40.0, score=0.98, sharpness=8.0, frontality=0.25)
"""The least of each with which a face may found a cluster: what a poor face resembles is any other poor face."""


SURE_SCORE = 0.98
"""The least score of the detector with which a face gets a name by distance, lends its own, or is verified.

In a photo that lies on its side or stands on its head the detector takes parts of faces for upright faces, and the
embeddings of these are alike: of pairs of different people 14 to 15 % are within the threshold. Of 693 portraits
(231 people of CelebA) turned by 90, 180 and 270 degrees, 326 to 385 show such a face; 5 to 13 % of these faces score
0.98 or more, 17 to 27 % 0.95, 29 to 44 % 0.90. Of the upright ones 1.7 % score less, of LFW's (View 1) 0.6 %; of 798
right names among both, from one photo each, 3 are lost (0.4 %), and from 0.99 on 11. Size, sharpness and frontality
do not tell these faces from good ones.
"""


def doubt_of(box: FaceBox) -> str | None:
    """Why a face gets no name by distance, as the middle of a sentence; None for a face that may have one."""
    if box.score >= SURE_SCORE:
        return None
    # Rounded down, so that no doubtful score reads like the least one that is enough.
    return f"the detector is unsure of this face (score {math.floor(box.score * 100) / 100:.2f})"


def may_join(quality: FaceQuality) -> Gate:
    """May this face join a cluster that others founded?"""
    return _gate(quality, JOIN)


def may_found(quality: FaceQuality) -> Gate:
    """May this face found a cluster?"""
    return _gate(quality, FOUND)


def sharpness(crops: Crops) -> NDArray[np.float32]:
    """Variance of the Laplacian of the luma, (n, size, size, 3 * views) uint8 -> (n,) float32; 0 is a flat crop.

    Of the first view, the crop along the box. The 4-neighbour Laplacian on the inner pixels, luma 0 to 255. Compare
    only crops of one size: a face that was enlarged to fill its crop is blurred, and counts as such.
    Pech-Pacheco et al., ICPR 2000 (LAPV).
    """
    variances = np.empty(len(crops), np.float32)
    for row, crop in enumerate(crops):
        luma = crop[..., :3] @ _LUMA
        middle = luma[1:-1, 1:-1]
        laplacian = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * middle
        variances[row] = laplacian.var()
    return variances


def frontality(box: FaceBox) -> float:
    """How far a face looks at the camera rather than to a side: 1 from the front, 0 in profile.

    Along the line of the eyes, the nose is between the left eye and mouth corner and the right ones; the shorter of
    the two mean distances over the longer one. Tilting the head in the picture's plane changes nothing.
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
