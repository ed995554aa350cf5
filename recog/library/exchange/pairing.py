"""Pairing of other programs' rectangles with the faces of a photo.

Programs draw rectangles of different sizes around the same face: from the eyes to the mouth, or the whole head with the
hair. Their centres differ little. A rectangle therefore belongs to a face if its centre is in the middle of the face's
box and its size is about that of the box. The overlap (IoU) only breaks ties, because a generous rectangle around a
head overlaps a tight box by less than a half.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.boxes import box_array, overlaps
from recog.library.exchange.regions import Region, clipped
from recog.types import FaceBox

REACH = 0.35
"""Largest distance between the centres of a rectangle and a face, in widths and heights of the face's box.

The middles of two boxes meet only if the boxes cover each other by more than 30 % of a side. So if two people are cheek
to cheek, the centre of one person's rectangle is not in the middle of the other's face, even if only one was detected.
"""
SMALLEST, LARGEST = 0.6, 2.0
"""Allowed ratio of a rectangle's side to the side of the face's box (the root of the ratio of their areas)."""
_ROUNDED = 1e-3
"""Relative tolerance, because programs write rectangles with few digits."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which rectangle belongs to which face.

    faces: the row of the face, by the row of its rectangle. taken: for each rectangle whose face went to another
    rectangle, the row of that rectangle.
    """

    faces: dict[int, int]
    taken: dict[int, int]


def pair(regions: Sequence[Region], faces: Sequence[Region]) -> Pairing:
    """Pair rectangles with the faces of one photo, one to one, nearest centres first; both refer to the upright photo.

    Distances are in widths and heights of the face. Ties go to the larger overlap, then to the lower row.
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
    """(n, 4), (m, 4) -> distances of the centres in sizes of the face, (n, m), and which may be pairs, (n, m)."""
    their_size, our_size = theirs[:, 2:] - theirs[:, :2], ours[:, 2:] - ours[:, :2]
    between = np.abs((theirs[:, None, 2:] + theirs[:, None, :2]) - (ours[None, :, 2:] + ours[None, :, :2])) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.sqrt(((between / our_size[None]) ** 2).sum(axis=-1))
        scale = np.sqrt(their_size.prod(axis=-1)[:, None] / our_size.prod(axis=-1)[None])
    holds = (between <= their_size[:, None] / 2 * (1 + _ROUNDED)).all(axis=-1)
    sized = (scale >= SMALLEST * (1 - _ROUNDED)) & (scale <= LARGEST * (1 + _ROUNDED))
    return distance, holds & sized & (distance <= REACH * (1 + _ROUNDED))


def _box(region: Region) -> FaceBox:
    """Return the part of a rectangle that is on the photo, because other programs clip theirs at its border."""
    return clipped(region).box
