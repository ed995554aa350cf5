"""Where a whole head is, with hair, ears and chin, by the box of its face."""

import math

from recog.boxes import clipped, turned
from recog.types import FaceBox

SIDE, ABOVE, BELOW = 0.45, 0.8, 0.35
"""What is added left and right, above and below, as shares of the face's width and height.

A detector's box reaches from the eyebrows to the chin. Hair, ears and beard identify too.
"""


def head_of(face: FaceBox, width: int, height: int) -> FaceBox:
    """Return the box of the head in a photo of width x height pixels: whole pixels, inside the photo, no landmarks.

    "Above" is where the face's forehead is: a face with a turn lies on its side or stands on its head.
    """
    across, down = (height, width) if face.turn in {90, 270} else (width, height)
    upright = turned(face, face.turn, width, height)
    grown = FaceBox(
        upright.left - SIDE * upright.width,
        upright.top - ABOVE * upright.height,
        upright.right + SIDE * upright.width,
        upright.bottom + BELOW * upright.height,
        face.score,
        (),
    )
    return whole_pixels(turned(grown, (360 - face.turn) % 360, across, down), width, height)


def whole_pixels(box: FaceBox, width: int, height: int) -> FaceBox:
    """Return the smallest box of whole pixels around a box, inside a photo of width x height pixels."""
    outer = FaceBox(
        math.floor(box.left), math.floor(box.top), math.ceil(box.right), math.ceil(box.bottom), box.score, ()
    )
    return clipped(outer, width, height)
