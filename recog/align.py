"""Faces turned upright and brought to one scale by their five landmarks."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recog.types import Crops, FaceBox, Pixels

CHIP_SIZE = 150
"""Side in pixels of the face chip that dlib's network was trained on."""
_LANDMARKS = np.array([[48.5, 46.7], [102.6, 46.7], [76.0, 79.3], [51.8, 106.5], [99.0, 106.5]])
"""Where MTCNN's five landmarks lie in dlib's chip of 150 pixels, as (x, y).

dlib aligns by landmarks of its own (get_face_chip, size 150, padding 0.25). These are the medians of where that puts
MTCNN's, over 400 photos; on pairs of faces, chips cut by them verify as well as dlib's own.
"""
_BOX = np.array([[15.5, -17.0], [129.3, 146.0]])
"""Where the detector's box lies in the chip, left top and right bottom, of the same photos."""
_SAMPLES = 2
"""A photo finer than the chip is sampled so often a side for each pixel, which are then averaged."""

Points = NDArray[np.float64]


def align_faces(pixels: Pixels, boxes: Sequence[FaceBox], *, size: int) -> Crops:
    """Cut dlib's face chip out of a photo for each box: (H, W, 3) uint8, n boxes -> (n, size, size, 3) uint8.

    The central 150 pixels of a view of size `size` (150 or more, even) are the chip; what is over shows its
    surroundings at the same scale. The similarity (turn, scale, shift) that brings the box's landmarks nearest to the
    chip's, in least squares: Umeyama, PAMI 1991, without reflection. Outside the photo its border is repeated. A box
    without landmarks is taken as upright.

    ValueError where size is odd or less than the chip's.
    """
    if size < CHIP_SIZE or size % 2:
        raise ValueError(f"an aligned view of {size} pixels cannot hold a chip of {CHIP_SIZE} at its centre")
    views: Crops = np.empty((len(boxes), size, size, 3), np.uint8)
    for row, box in enumerate(boxes):
        linear, shift = _to_photo(box)
        views[row] = _sampled(pixels, linear, shift - linear @ np.full(2, (size - CHIP_SIZE) / 2), size)
    return views


def _to_photo(box: FaceBox) -> tuple[Points, Points]:
    """(2, 2) and (2,): the place in the photo of a place in the chip is linear @ place + shift."""
    if not box.landmarks:
        scale = box.width / (_BOX[1, 0] - _BOX[0, 0])
        centre = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
        return scale * np.eye(2), centre - scale * _BOX.mean(axis=0)
    return _similarity(_LANDMARKS, np.array(box.landmarks, np.float64))


def _similarity(source: Points, target: Points) -> tuple[Points, Points]:
    """The least-squares similarity from n points to n others, (n, 2) each; source is not one point."""
    origin, goal = source.mean(axis=0), target.mean(axis=0)
    from_centre, to_centre = source - origin, target - goal
    size = np.square(from_centre).sum()
    along = (from_centre * to_centre).sum() / size
    across = (from_centre[:, 0] * to_centre[:, 1] - from_centre[:, 1] * to_centre[:, 0]).sum() / size
    linear = np.array([[along, -across], [across, along]])
    return linear, goal - linear @ origin


def _sampled(pixels: Pixels, linear: Points, shift: Points, size: int) -> Pixels:
    """Resample the square that (x, y) -> linear @ (x, y) + shift sends into the photo, 0 <= x, y < size.

    A square much finer than wanted is averaged over whole pixels first, so that a bilinear look at it misses nothing.
    """
    zoom = float(np.hypot(linear[0, 0], linear[1, 0]))
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]]) @ linear.T + shift
    whole = max(1, math.floor(zoom))
    left, top = (math.floor(side) - 2 * whole for side in corners.min(axis=0))
    right, bottom = (math.ceil(side) + 2 * whole for side in corners.max(axis=0))
    region = Image.fromarray(_region(pixels, left, top, right, bottom))
    if whole > 1:
        region = region.reduce(whole)
    samples = _SAMPLES if zoom > 1 else 1
    step, start = linear / (whole * samples), (shift - (left, top)) / whole
    side = size * samples
    view = region.transform(
        (side, side),
        Image.Transform.AFFINE,
        (step[0, 0], step[0, 1], start[0], step[1, 0], step[1, 1], start[1]),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(view.reduce(samples) if samples > 1 else view)


def _region(pixels: Pixels, left: int, top: int, right: int, bottom: int) -> Pixels:
    """The pixels of a rectangle, its parts outside the photo filled with the nearest pixels of the border."""
    height, width = pixels.shape[:2]
    inside_left, inside_right = (int(np.clip(side, 0, width - 1)) for side in (left, right - 1))
    inside_top, inside_bottom = (int(np.clip(side, 0, height - 1)) for side in (top, bottom - 1))
    inside = pixels[inside_top : inside_bottom + 1, inside_left : inside_right + 1]
    over = (
        (max(0, inside_top - top), max(0, bottom - 1 - inside_bottom)),
        (max(0, inside_left - left), max(0, right - 1 - inside_right)),
        (0, 0),
    )
    return np.pad(inside, over, mode="edge") if any(map(any, over)) else np.ascontiguousarray(inside)
