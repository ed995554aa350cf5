"""The pixels from which each face is cut: those of the reduced photo, or full ones if the face is small."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor

from recog.boxes import rescaled, scaled, square
from recog.types import Area, DecodedPhoto, Detector, FaceBox, Pixels, Reduced, ReducingDetector

LARGE_ENOUGH = 80
"""The shorter side of a face, in pixels of the reduced photo, from which it is cut out of that photo.

From there on the embedding moves by a squared distance of at most 0.004 in the median (95 %: 0.012), less than half as
much as if the detector's box were off by 2 % of its width (docs/decisions/scaled-decoding.md).
"""
_AROUND = 4.0
"""Side of the full pixels that are decoded, over the longer side of the box: crops, chips and thumbnails fit inside."""


def longest_side(detector: Detector) -> int | None:
    """Return the long side to which photos may be decoded for this detector; None if it needs full resolution."""
    return detector.longest_side if isinstance(detector, ReducingDetector) else None


def close_ups(photo: DecodedPhoto, boxes: Sequence[FaceBox]) -> list[tuple[Pixels, FaceBox]]:
    """Return, for each face, pixels (h, w, 3) uint8 that show it and its surroundings, and its box in them.

    boxes are in pixels of the full upright photo. Close-ups never take more memory than the photo does in full: those
    of a crowd are views of one array. Raises PhotoError if full pixels are needed, and the photo cannot be decoded
    again.
    """
    if photo.reduced is None:
        return [(photo.pixels, box) for box in boxes]
    share = 1 / photo.reduced.factor
    shown = [(photo.pixels, rescaled(box, share, share)) for box in boxes]
    small = [row for row, (_, box) in enumerate(shown) if min(box.width, box.height) < LARGE_ENOUGH]
    areas = [_around(boxes[row], photo.width, photo.height) for row in small]
    for row, area, pixels in zip(small, areas, _decoded(photo.reduced, areas), strict=True):
        shown[row] = pixels, _moved(boxes[row], area)
    return shown


def _decoded(reduced: Reduced, areas: Sequence[Area]) -> Sequence[Pixels]:
    """Return areas of the photo in full resolution; if together they exceed the photo, it is decoded as one area."""
    if not areas:
        return ()
    wanted = sum((area.right - area.left) * (area.bottom - area.top) for area in areas)
    if wanted <= reduced.width * reduced.height:
        return reduced.areas(areas)
    (whole,) = reduced.areas([Area(0, 0, reduced.width, reduced.height)])
    return [whole[area.top : area.bottom, area.left : area.right] for area in areas]


def _around(box: FaceBox, width: int, height: int) -> Area:
    """Return the surroundings of a face inside a photo of width x height pixels, at least one pixel."""
    wide = scaled(square(box), _AROUND)
    left, top = (int(min(max(floor(side), 0), end - 1)) for side, end in ((wide.left, width), (wide.top, height)))
    right, bottom = ceil(wide.right), ceil(wide.bottom)
    return Area(left, top, max(left + 1, min(right, width)), max(top + 1, min(bottom, height)))


def _moved(box: FaceBox, area: Area) -> FaceBox:
    """Return the box in pixels of the area."""
    return replace(
        box,
        left=box.left - area.left,
        top=box.top - area.top,
        right=box.right - area.left,
        bottom=box.bottom - area.top,
        landmarks=tuple((x - area.left, y - area.top) for x, y in box.landmarks),
    )
