"""Find the faces of a photo that may lie on its side, or stand on its head, without saying so.

The detector knows upright faces. A photo in which it is sure of one costs nothing more. In any other it is shown the
three other turns, made small, in one mosaic; where it is surer of a face there, the photo is searched in that turn.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import atan2, degrees

import numpy as np

from recog.boxes import QUARTERS, clipped, scaled, square, turned
from recog.detect.reduction import reduced
from recog.quality import SURE_SCORE
from recog.types import Detector, FaceBox, Pixels

SETTLED = 0.9975
"""The score of an upright face from which a photo is not looked at in other turns.

Measured on 693 portraits (the first three photos of 231 people of CelebA): the share that has no such face as they are,
and the shares that have one although they are turned by 90, 180 and 270 degrees.

    0.995     7.8 %    0.3, 1.7, 0.4 %
    0.997    10.0 %    0.3, 1.0, 0.0 %
    0.9975   11.5 %    0.3, 0.6, 0.0 %
    0.998    13.6 %    0.3, 0.6, 0.0 %
    0.9985   16.7 %    0.1, 0.4, 0.0 %

Whoever raises it lets photos that are indexed already be looked at again by a migration (see 0015)."""
_TILTED = 45.0
"""Degrees by which the line of the eyes may be off the horizontal in a face that counts as upright."""
_SIDE = 320
"""About the long side, in pixels, of a photo made small for the mosaic.

With 256, 320 and 400 the turn of 57, 72 and 74 % of 54 photos of WIDER FACE was found after a turn by 90 degrees, where
the detector is sure of a face in 89 % of them upright: small faces are lost. Portraits were found with each."""
_AROUND = 1.6
"""Of a face of which the detector is nearly sure, its surroundings alone are looked at: their side over the box's."""
_AROUND_SIDE = 64
"""About the side of these surroundings, in pixels, made small for the mosaic.

With 96 as much was found, more slowly."""
_GAP = 12
"""Grey pixels between the turns of a mosaic."""
_GREY = 127
_USUAL_FACE = 24
"""Pixels of the smallest face for which the sides above are; for larger ones mosaics are as much larger."""


def find_faces(detector: Detector, pixels: Pixels, *, min_face: int = _USUAL_FACE) -> list[FaceBox]:
    """Every face of a photo, best score first, in the turn in which the detector is surest of one.

    Boxes and landmarks are in pixels of the photo as it is; the turn is beside them (see recog.types.FaceBox), and the
    same for all faces of the photo. (H, W, 3) uint8; min_face is the detector's smallest face, in pixels.
    """
    boxes = detector.detect(pixels)
    best = _surest(boxes)
    if best is not None and best.score >= SETTLED:
        return boxes
    least = SURE_SCORE
    shown, side = pixels, float(_SIDE)
    if best is not None and best.score >= SURE_SCORE:
        least, shown, side = best.score, _around(pixels, best), float(_AROUND_SIDE)
    turn = _promising(detector, shown, side * max(1.0, min_face / _USUAL_FACE), least=least)
    if turn == 0:
        return boxes
    view = np.ascontiguousarray(np.rot90(pixels, turn // 90))
    found = detector.detect(view)
    surest = _surest(found)
    if surest is None or surest.score <= least:
        return boxes
    height, width = view.shape[:2]
    return [turned(box, (360 - turn) % 360, width, height) for box in found]


def _surest(boxes: Sequence[FaceBox]) -> FaceBox | None:
    """The best box whose face stands about upright."""
    return max((box for box in boxes if _tilt(box) <= _TILTED), key=lambda box: box.score, default=None)


def _tilt(box: FaceBox) -> float:
    """Degrees, 0 to 180, by which the line from the left to the right eye is off the horizontal."""
    if not box.landmarks:
        return 0.0
    (left, top), (right, bottom) = box.landmarks[:2]
    return abs(degrees(atan2(bottom - top, right - left)))


def _around(pixels: Pixels, box: FaceBox) -> Pixels:
    """What of the photo is near a face."""
    height, width = pixels.shape[:2]
    near = clipped(scaled(square(replace(box, landmarks=())), _AROUND), width, height)
    return pixels[
        int(near.top) : max(int(near.top) + 1, round(near.bottom)),
        int(near.left) : max(int(near.left) + 1, round(near.right)),
    ]


def _promising(detector: Detector, pixels: Pixels, side: float, *, least: float) -> int:
    """The turn, in degrees, in which a small copy of the pixels shows a face above this score; 0 for none."""
    factor = max(1, round(max(pixels.shape[:2]) / side))
    if min(pixels.shape[:2]) < factor:
        return 0
    small = reduced(pixels, factor) if factor > 1 else pixels
    tiles = [np.rot90(small, turn // 90) for turn in QUARTERS[1:]]
    starts = np.cumsum([0, *(tile.shape[1] + _GAP for tile in tiles)])
    mosaic = np.full((max(small.shape[:2]), int(starts[-1]) - _GAP, 3), _GREY, np.uint8)
    for tile, start in zip(tiles, starts[:-1].tolist(), strict=True):
        mosaic[: tile.shape[0], start : start + tile.shape[1]] = tile
    best = _surest(detector.detect(mosaic))
    if best is None or best.score <= least:
        return 0
    place = int(np.searchsorted(starts, (best.left + best.right) / 2, side="right")) - 1
    return QUARTERS[1:][min(max(place, 0), len(tiles) - 1)]
