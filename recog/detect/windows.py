"""Small copies of a photo and of windows in it, as the networks of recog.detect.yunet see them."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recog.align import region
from recog.detect.reduction import reduced
from recog.types import Pixels

Boxes = NDArray[np.float32]
"""(n, 4) as left, top, right, bottom in pixels of the photo; they may leave it."""

_COPY_GAP, _WINDOW_GAP = 1.5, 2
"""Whole pixels are averaged first, down to this many times the wanted side; that is faster and bounds the memory."""


def shrunk(pixels: Pixels, side: float) -> Pixels:
    """Make the photo's long side `side` pixels long, (H, W, 3) -> (h, w, 3) uint8; a smaller photo stays as it is."""
    height, width = pixels.shape[:2]
    scale = max(height, width) / side
    if scale <= 1:
        return pixels
    size = max(1, round(width / scale)), max(1, round(height / scale))
    factor = min(math.floor(scale / _COPY_GAP), height, width)
    near = reduced(pixels, factor) if factor > 1 else np.ascontiguousarray(pixels)
    return np.asarray(Image.fromarray(near).resize(size, Image.Resampling.BILINEAR))


def windows(pixels: Pixels, boxes: Boxes, side: int) -> NDArray[np.uint8]:
    """Resample n boxes with area to (n, 3, side, side) uint8; outside the photo its border is repeated.

    Each pixel is the mean of the area that it covers. facenet-pytorch cuts a window off at the border and stretches
    what is left, so its landmarks are wrong where a face meets the border (docs/decisions/detector-yunet.md).
    """
    views = np.empty((len(boxes), 3, side, side), np.uint8)
    for view, box in zip(views, boxes.tolist(), strict=True):
        view[...] = _window(pixels, box, side).transpose(2, 0, 1)
    return views


def _window(pixels: Pixels, box: list[float], side: int) -> Pixels:
    left, top, right, bottom = box
    first, above = math.floor(left), math.floor(top)
    seen = region(pixels, first, above, math.ceil(right), math.ceil(bottom))
    place = np.array([left - first, top - above, right - first, bottom - above])
    factor = math.floor((right - left) / (side * _WINDOW_GAP))
    if factor > 1:
        height, width = seen.shape[0] // factor, seen.shape[1] // factor
        seen = reduced(seen, factor)
        place = np.minimum(place / factor, (width, height, width, height))
    view = Image.fromarray(seen).resize((side, side), Image.Resampling.BOX, box=tuple(place.tolist()))
    return np.asarray(view)
