"""Maps as pictures: a picture in grey under colours, warm where weights are positive, blue where they are negative."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recog.explain.occlusion import Map
from recog.types import Pixels

_WARM, _COLD = np.array([236.0, 78.0, 20.0]), np.array([30.0, 98.0, 214.0])
_STRONGEST = 0.72
"""How far the strongest weight covers the picture."""
_LUMA = np.array([0.299, 0.587, 0.114])


def overlaid(picture: Pixels, weights: Map, *, largest: float | None = None) -> Pixels:
    """Lay weights (h, w) over a picture (h, w, 3) uint8; `largest` gets the full colour, by default the largest one."""
    grey = np.repeat((picture @ _LUMA)[..., None], 3, axis=2)
    full = largest or float(np.abs(weights).max()) or 1.0
    share = np.clip(np.abs(weights) / full, 0, 1)[..., None] * _STRONGEST
    colour = np.where(weights[..., None] >= 0, _WARM, _COLD)
    laid: Pixels = np.round(grey * (1 - share) + colour * share).astype(np.uint8)
    return laid


def gradient_picture(gradient: NDArray[np.float32]) -> Pixels:
    """Return a gradient (h, w, 3) as a picture: grey is 0, the strongest full."""
    full = float(np.percentile(np.abs(gradient), 99.5)) or 1.0
    picture: Pixels = np.clip(127.5 + 127.5 * gradient / full, 0, 255).round().astype(np.uint8)
    return picture


def as_png(picture: Pixels) -> bytes:
    """Return a picture (h, w, 3) uint8 as the bytes of a PNG without metadata."""
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(file, "PNG")
    return file.getvalue()
