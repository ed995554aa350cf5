"""Which face of a photo a rectangle of another program means.

Programs draw rectangles of different sizes around the same face: from the eyes to the mouth, or the whole head with the
hair. Their centres differ little. A rectangle therefore belongs to a face if its centre is in the middle of the face's
box, and its size is about that of the box. The overlap (IoU) only decides between equals: a head that is drawn
generously overlaps a tight box by less than a half.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.boxes import box_array, overlaps
from recog.library.exchange.regions import Region, clipped
from recog.types import FaceBox

REACH = 0.35
"""How far from the face's centre a rectangle's centre may be, in widths and heights of the face's box.

The middles of two boxes do not meet unless the boxes cover each other by more than 30 % of a side: the centre of a
rectangle for somebody cheek to cheek with a face is in the other face's middle, whether that face was found or not.
"""
SMALLEST, LARGEST = 0.6, 2.0
"""A rectangle's side over the side of the face's box (the root of the ratio of their areas)."""
_ROUNDED = 1e-3
"""Programs write rectangles with few digits."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """faces: the row of the face of each paired rectangle, by the rectangle's row.

    taken: for each rectangle whose face another rectangle took, the row of that rectangle.
    """

    faces: dict[int, int]
    taken: dict[int, int]


def pair(regions: Sequence[Region], faces: Sequence[Region]) -> Pairing:
    """Pair rectangles with the faces of one photo, one to one, nearest centres first; both of the upright photo.

    Distances count in widths and heights of the face. Equal ones go by the larger overlap, then by row.
    """
    theirs = box_array([_box(region) for region in regions]).astype(np.float64)
    ours = box_array([_box(face) for face in faces]).astype(np.float64)
    distance, possible = _distances(theirs, ours)
    rows, columns = np.nonzero(possible)
    overlap = overlaps(theirs, ours)
    order = np.lexsort((columns, rows, -overlap[rows, columns], distance[rows, columns].round(6)))
    found: dict[int, int] = {}
    taken_by: dict[int, int] = {}
    wanted: dict[int, int] = {}
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        wanted.setdefault(row, column)
        if row not in found and column not in taken_by:
            found[row] = column
            taken_by[column] = row
    return Pairing(found, {row: taken_by[column] for row, column in wanted.items() if row not in found})


def _distances(theirs: NDArray[np.float64], ours: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n, 4), (m, 4) -> how far the centres are apart in sizes of the face, (n, m), and what may be a pair, (n, m)."""
    their_size, our_size = theirs[:, 2:] - theirs[:, :2], ours[:, 2:] - ours[:, :2]
    between = np.abs((theirs[:, None, 2:] + theirs[:, None, :2]) - (ours[None, :, 2:] + ours[None, :, :2])) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.sqrt(((between / our_size[None]) ** 2).sum(axis=-1))
        scale = np.sqrt(their_size.prod(axis=-1)[:, None] / our_size.prod(axis=-1)[None])
    holds = (between <= their_size[:, None] / 2 * (1 + _ROUNDED)).all(axis=-1)
    sized = (scale >= SMALLEST * (1 - _ROUNDED)) & (scale <= LARGEST * (1 + _ROUNDED))
    return distance, holds & sized & (distance <= REACH * (1 + _ROUNDED))


def _box(region: Region) -> FaceBox:
    """What of the rectangle is on the photo: other programs cut theirs off at its border."""
    return clipped(region).box
