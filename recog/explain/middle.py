"""The middle of a photo, which networks that see no faces are shown."""

import numpy as np
from PIL import Image

from recog.detect.windows import shrunk
from recog.types import Pixels


def middle(pixels: Pixels, side: int) -> Pixels:
    """Return the central square of a photo, (side, side, 3) uint8; a smaller photo is enlarged."""
    height, width = pixels.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    square = shrunk(np.ascontiguousarray(pixels[top : top + short, left : left + short]), side)
    if square.shape[0] != side:
        square = np.asarray(Image.fromarray(square).resize((side, side), Image.Resampling.BILINEAR))
    return np.array(square)  # torch warns of arrays that cannot be written to
