"""A face with its surroundings as a picture of fixed size, in which squares are covered."""

from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from PIL import Image

from recog.align import region
from recog.boxes import rescaled, scaled, square, turned
from recog.types import FaceBox, Pixels

SIDE = 288
"""Side of the picture in pixels."""
_AROUND = 1.8
"""Its side over the longer side of the detector's box: what the crops and chips of every network see lies inside."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A face, upright, in the middle of a picture (SIDE, SIDE, 3) uint8; box is its place there."""

    picture: Pixels
    box: FaceBox


def surroundings(pixels: Pixels, box: FaceBox) -> Surroundings:
    """Cut a face out of a photo; outside the photo its border is repeated."""
    if box.turn:
        height, width = pixels.shape[:2]
        pixels, box = np.rot90(pixels, box.turn // 90), turned(box, box.turn, width, height)
    wide = scaled(square(replace(box, landmarks=())), _AROUND)
    left, top, right, bottom = floor(wide.left), floor(wide.top), ceil(wide.right), ceil(wide.bottom)
    seen = Image.fromarray(region(pixels, left, top, right, bottom))
    picture = np.asarray(seen.resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=3.0))
    moved = replace(
        box,
        left=box.left - left,
        top=box.top - top,
        right=box.right - left,
        bottom=box.bottom - top,
        landmarks=tuple((x - left, y - top) for x, y in box.landmarks),
        turn=0,
    )
    return Surroundings(picture, rescaled(moved, SIDE / (right - left), SIDE / (bottom - top)))
