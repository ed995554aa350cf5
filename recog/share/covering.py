"""Cover heads so that nobody can tell whose they are.

What stands in for a head is a function of a few numbers, the means of its cells, or of none. No process brings back
more than these numbers hold. There is no soft edge: where the photo shines through, the head could be computed. See
docs/decisions/sharing.md.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.share.heads import head_of, whole_pixels
from recog.share.resizing import interpolated, means, repeated
from recog.types import FaceBox, Pixels

CELLS = 5
"""Cells across the shorter side of a head, so about three across the face (see docs/decisions/sharing.md)."""

Fill: TypeAlias = Callable[[Pixels], Pixels]
"""Makes of a head, (h, w, 3) uint8 RGB, what stands in for it, of the same shape."""


def painted(head: Pixels) -> Pixels:
    """Return black."""
    return np.zeros_like(head)


def pixelated(head: Pixels, *, cells: int = CELLS) -> Pixels:
    """Return the mean of each cell; `cells` are across the shorter side."""
    return repeated(_cells(head, cells), head.shape[1], head.shape[0])


def blurred(head: Pixels, *, cells: int = CELLS) -> Pixels:
    """Return the means of cells, interpolated by a cubic; `cells` are across the shorter side."""
    return interpolated(_cells(head, cells), head.shape[1], head.shape[0])


def covered(pixels: Pixels, faces: Sequence[FaceBox], fill: Fill, *, spared: Sequence[FaceBox] = ()) -> Pixels:
    """Return the photo, (H, W, 3) uint8 RGB, with the heads of faces covered.

    The faces in `spared` stay visible where another's hair or shoulder would be covered; but a face is always covered,
    also where it overlaps a spared one.
    """
    height, width = pixels.shape[:2]
    result = pixels.copy()
    visible = _inside(spared, width, height) & ~_inside(faces, width, height)
    for face in faces:
        head = head_of(face, width, height)
        window = slice(int(head.top), int(head.bottom)), slice(int(head.left), int(head.right))
        if (patch := pixels[window]).size:
            result[window] = np.where(visible[window][..., np.newaxis], result[window], fill(patch))
    return result


def _inside(boxes: Sequence[FaceBox], width: int, height: int) -> NDArray[np.bool_]:
    """Return which pixels lie in one of the boxes, (height, width)."""
    mask = np.zeros((height, width), bool)
    for box in (whole_pixels(one, width, height) for one in boxes):
        mask[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] = True
    return mask


def _cells(head: Pixels, cells: int) -> Pixels:
    height, width = head.shape[:2]
    side = min(height, width) / cells
    return means(head, max(1, round(width / side)), max(1, round(height / side)))
