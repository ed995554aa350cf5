"""Find the faces of a photo that may lie on its side or stand on its head, although its metadata does not say so.

The detector finds upright faces. A photo in which it is sure of one is searched once. Of any other, the three other
turns are searched as small copies in one mosaic; if the detector is surer of a face there, the photo itself is searched
in that turn.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import atan2, degrees

import numpy as np

from recog.boxes import QUARTERS, clipped, rescaled, scaled, square, turned
from recog.detect.reduction import reduced
from recog.quality import SURE_SCORE
from recog.types import Detector, FaceBox, Pixels, ReducingDetector

SETTLED = 0.9975
"""The score of an upright face from which a photo is not searched in other turns.

11.5 % of upright portraits have no such face, at most 0.6 % of turned ones have one (see
docs/decisions/turned-photos.md). Raising it takes a migration by which indexed photos are searched again (see 0015)."""
_TILTED = 45.0
"""Degrees by which the line of the eyes may be off the horizontal in an upright face."""
_SIDE = 320
"""About the long side, in pixels, of a photo in the mosaic (see docs/decisions/turned-photos.md)."""
_AROUND = 1.6
"""If the detector is nearly sure of a face, only its surroundings are searched: their side over the box's."""
_AROUND_SIDE = 64
"""About the side of these surroundings in the mosaic, in pixels; 96 found as much, more slowly."""
_GAP = 12
"""Grey pixels between the turns of a mosaic."""
_GREY = 127
_USUAL_FACE = 24
"""Smallest face, in pixels, for which the sides above are meant; for a larger one the mosaic grows in proportion."""


def find_faces(detector: Detector, pixels: Pixels, *, min_face: int = _USUAL_FACE, factor: int = 1) -> list[FaceBox]:
    """Return every face of a photo, (H, W, 3) uint8, best score first, in the turn in which the detector is surest.

    Boxes and landmarks are in pixels of the photo as it is. All of them bear the same turn (see recog.types.FaceBox).
    min_face is the detector's smallest face, in pixels. factor: the pixels are those of a photo that was reduced so
    many times (see recog.types.Reduced), for a ReducingDetector; boxes and min_face are in pixels of the full photo.
    """
    boxes = _searched(detector, pixels, factor)
    best = _surest(boxes)
    if best is not None and best.score >= SETTLED:
        return boxes
    least = SURE_SCORE
    shown, side = pixels, float(_SIDE)
    if best is not None and best.score >= SURE_SCORE:
        least, shown, side = best.score, _around(pixels, rescaled(best, 1 / factor, 1 / factor)), float(_AROUND_SIDE)
    turn = _promising(detector, shown, side * max(1.0, min_face / _USUAL_FACE), least=least)
    if turn == 0:
        return boxes
    view = np.ascontiguousarray(np.rot90(pixels, turn // 90))
    found = _searched(detector, view, factor)
    surest = _surest(found)
    if surest is None or surest.score <= least:
        return boxes
    height, width = view.shape[:2]
    return [turned(box, (360 - turn) % 360, width * factor, height * factor) for box in found]


def _searched(detector: Detector, pixels: Pixels, factor: int) -> list[FaceBox]:
    if factor == 1:
        return detector.detect(pixels)
    if not isinstance(detector, ReducingDetector):
        raise TypeError(f"{type(detector).__name__} searches no photo that is reduced {factor} times")
    return detector.detect_reduced(pixels, factor)


def _surest(boxes: Sequence[FaceBox]) -> FaceBox | None:
    """Return the box with the best score whose face is about upright."""
    return max((box for box in boxes if _tilt(box) <= _TILTED), key=lambda box: box.score, default=None)


def _tilt(box: FaceBox) -> float:
    """Return by how many degrees, 0 to 180, the line from the left to the right eye is off the horizontal."""
    if not box.landmarks:
        return 0.0
    (left, top), (right, bottom) = box.landmarks[:2]
    return abs(degrees(atan2(bottom - top, right - left)))


def _around(pixels: Pixels, box: FaceBox) -> Pixels:
    """Cut out the surroundings of a face."""
    height, width = pixels.shape[:2]
    near = clipped(scaled(square(replace(box, landmarks=())), _AROUND), width, height)
    return pixels[
        int(near.top) : max(int(near.top) + 1, round(near.bottom)),
        int(near.left) : max(int(near.left) + 1, round(near.right)),
    ]


def _promising(detector: Detector, pixels: Pixels, side: float, *, least: float) -> int:
    """Return the turn, in degrees, in which a small copy of the pixels shows a face above this score; 0 for none."""
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
