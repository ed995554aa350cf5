"""Alignment: turns faces upright and scales them alike by their five landmarks."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recog.types import Crops, FaceBox, Pixels

CHIP_SIZE = 150
"""Side in pixels of the face chip that dlib's network was trained on."""
DLIB, ARCFACE = "dlib", "arcface"
_SAMPLES = 2
"""If the photo is finer than the chip, each pixel is the mean of this many samples per side."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Template:
    """The position of a face in the chip that a network was trained on, in pixels of a chip of side `side`.

    landmarks (5, 2) are the positions (x, y) of the five landmarks; box (2, 2) holds the top left and bottom right
    corner of the detector's box. A view of another size shows the chip at its centre with more of its surroundings; if
    stretches is set, it shows the chip in another resolution instead.
    """

    side: int
    landmarks: Points
    box: Points
    stretches: bool


def align_faces(pixels: Pixels, boxes: Sequence[FaceBox], *, size: int, template: str = DLIB) -> Crops:
    """Cut a face chip out of a photo for each box: (H, W, 3) uint8, n boxes -> (n, size, size, 3) uint8.

    template names one of TEMPLATES. dlib's chip is the central 150 pixels of a view of `size` pixels (150 or more,
    even); the margin shows its surroundings at the same scale. ArcFace's chip fills a view of any size. The chip is cut
    by the similarity (rotation, scale, shift) that fits the template's landmarks to the box's by least squares
    (Umeyama, PAMI 1991, without reflection). Outside the photo its border is repeated. A box without landmarks is taken
    as upright.

    Raises:
        ValueError: dlib's chip does not fit at the centre of such a view.
    """
    _fitting_chip(template, size)
    views: Crops = np.empty((len(boxes), size, size, 3), np.uint8)
    for row, box in enumerate(boxes):
        views[row] = _sampled(pixels, *place_in_photo(box, size=size, template=template), size)
    return views


def place_in_photo(box: FaceBox, *, size: int, template: str) -> tuple[Points, Points]:
    """Return linear (2, 2) and shift (2,), which map a point of a view of `size` pixels to the photo.

    The point (x, y) lies at linear @ (x, y) + shift. Raises ValueError as align_faces does.
    """
    chip = _fitting_chip(template, size)
    scale, margin = (chip.side / size, 0.0) if chip.stretches else (1.0, (size - chip.side) / 2)
    linear, shift = _to_photo(box, chip)
    return linear * scale, shift - linear @ np.full(2, margin)


def _fitting_chip(template: str, size: int) -> Template:
    """Return the chip of a template; ValueError if a view of `size` pixels cannot hold it at its centre."""
    chip = TEMPLATES[template]
    if not chip.stretches and (size < chip.side or (size - chip.side) % 2):
        raise ValueError(f"an aligned view of {size} pixels cannot hold a chip of {chip.side} at its centre")
    return chip


def _to_photo(box: FaceBox, chip: Template) -> tuple[Points, Points]:
    """Return linear (2, 2) and shift (2,), which map a point of the chip to the photo: linear @ point + shift."""
    if not box.landmarks:
        scale = box.width / (chip.box[1, 0] - chip.box[0, 0])
        centre = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
        return scale * np.eye(2), centre - scale * chip.box.mean(axis=0)
    return _similarity(chip.landmarks, np.array(box.landmarks, np.float64))


def _similarity(source: Points, target: Points) -> tuple[Points, Points]:
    """Return the least-squares similarity from n points to n others, (n, 2) each; source must not be a single point."""
    origin, goal = source.mean(axis=0), target.mean(axis=0)
    from_centre, to_centre = source - origin, target - goal
    size = np.square(from_centre).sum()
    along = (from_centre * to_centre).sum() / size
    across = (from_centre[:, 0] * to_centre[:, 1] - from_centre[:, 1] * to_centre[:, 0]).sum() / size
    linear = np.array([[along, -across], [across, along]])
    return linear, goal - linear @ origin


def _sampled(pixels: Pixels, linear: Points, shift: Points, size: int) -> Pixels:
    """Resample the square 0 <= x, y < size, which linear @ (x, y) + shift maps into the photo.

    If the photo is much finer than the result, whole pixels are averaged first, so that bilinear sampling skips none.
    """
    zoom = float(np.hypot(linear[0, 0], linear[1, 0]))
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]]) @ linear.T + shift
    whole = max(1, math.floor(zoom))
    left, top = (math.floor(side) - 2 * whole for side in corners.min(axis=0))
    right, bottom = (math.ceil(side) + 2 * whole for side in corners.max(axis=0))
    seen = Image.fromarray(region(pixels, left, top, right, bottom))
    if whole > 1:
        seen = seen.reduce(whole)
    samples = _SAMPLES if zoom > 1 else 1
    step, start = linear / (whole * samples), (shift - (left, top)) / whole
    side = size * samples
    view = seen.transform(
        (side, side),
        Image.Transform.AFFINE,
        (step[0, 0], step[0, 1], start[0], step[1, 0], step[1, 1], start[1]),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(view.reduce(samples) if samples > 1 else view)


def region(pixels: Pixels, left: int, top: int, right: int, bottom: int) -> Pixels:
    """Return the pixels of a rectangle; outside the photo they are those nearest on the border."""
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


_DLIB = Template(
    side=CHIP_SIZE,
    landmarks=np.array([[48.5, 46.7], [102.6, 46.7], [76.0, 79.3], [51.8, 106.5], [99.0, 106.5]]),
    box=np.array([[15.5, -17.0], [129.3, 146.0]]),
    stretches=False,
)
"""dlib aligns by its own landmarks (get_face_chip, size 150, padding 0.25). These are the median positions of MTCNN's
landmarks and box in dlib's chips of 400 photos. On pairs of faces, chips cut by them verify as well as dlib's own."""


def _arcface() -> Template:
    """Return the chip of 112 pixels on which ArcFace and its successors are trained (arXiv:1801.07698).

    The landmarks are those of the authors' own alignment. The box is derived from that of dlib's template.
    """
    landmarks = np.array([[38.29, 51.70], [73.53, 51.50], [56.03, 71.74], [41.55, 92.37], [70.73, 92.20]])
    linear, shift = _similarity(_DLIB.landmarks, landmarks)
    return Template(side=112, landmarks=landmarks, box=_DLIB.box @ linear.T + shift, stretches=True)


TEMPLATES: Mapping[str, Template] = {DLIB: _DLIB, ARCFACE: _arcface()}
"""The alignments that a network can ask for."""
