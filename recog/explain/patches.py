"""Patches: the part of a picture that a unit saw, as a small picture file."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recog.explain.occlusion import Square
from recog.types import Pixels

_EXACT = 24
"""Patches up to this side are stored without loss: each of their pixels can be seen."""
_LARGEST = 80
"""Larger patches are reduced to this side, in pixels."""
_QUALITY = 82


def cut(picture: Pixels, box: Square) -> Pixels:
    """Return the part of a picture, (h, w, 3) uint8."""
    left, top, right, bottom = box
    return picture[top:bottom, left:right]


def encoded(patch: Pixels, *, largest: int = _LARGEST) -> bytes:
    """Return a patch as a PNG if it is small, else as a JPEG whose longer side is at most `largest` pixels."""
    image, file = Image.fromarray(np.ascontiguousarray(patch)), BytesIO()
    if max(image.size) <= _EXACT:
        image.save(file, "PNG")
        return file.getvalue()
    image.thumbnail((largest, largest), Image.Resampling.BOX)
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def filter_pictures(filters: NDArray[np.float32]) -> list[bytes]:
    """Return each kernel, (units, 3, rows, columns) by RGB, as a PNG: grey is 0, and the largest weight is full."""
    pictures = []
    for kernel in filters:
        largest = max(float(np.abs(kernel).max()), np.finfo(np.float32).tiny)
        levels = np.round(127.5 + 127.5 * kernel / largest).astype(np.uint8).transpose(1, 2, 0)
        file = BytesIO()
        Image.fromarray(np.ascontiguousarray(levels)).save(file, "PNG")
        pictures.append(file.getvalue())
    return pictures
