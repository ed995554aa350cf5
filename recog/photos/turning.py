"""Sizes and areas of a photo before and after it is turned upright."""

from PIL.Image import Transpose

from recog.types import Area

# By row and column of the stored picture: what a turn does to its axes. Sides are swapped after the flips.
_SWAPPED = {Transpose.TRANSPOSE, Transpose.TRANSVERSE, Transpose.ROTATE_90, Transpose.ROTATE_270}
_COLUMNS_FLIPPED = {Transpose.FLIP_LEFT_RIGHT, Transpose.ROTATE_180, Transpose.TRANSVERSE, Transpose.ROTATE_90}
_ROWS_FLIPPED = {Transpose.FLIP_TOP_BOTTOM, Transpose.ROTATE_180, Transpose.TRANSVERSE, Transpose.ROTATE_270}


def upright_size(size: tuple[int, int], turn: Transpose | None) -> tuple[int, int]:
    """Return (width, height) of the upright photo, given those of the stored picture."""
    width, height = size
    return (height, width) if turn in _SWAPPED else (width, height)


def stored_area(area: Area, size: tuple[int, int], turn: Transpose | None) -> Area:
    """Return where an area of the upright photo is in the stored picture, which has (width, height) `size`."""
    left, top, right, bottom = area.left, area.top, area.right, area.bottom
    if turn in _SWAPPED:
        left, top, right, bottom = top, left, bottom, right
    width, height = size
    if turn in _COLUMNS_FLIPPED:
        left, right = width - right, width - left
    if turn in _ROWS_FLIPPED:
        top, bottom = height - bottom, height - top
    return Area(left, top, right, bottom)
