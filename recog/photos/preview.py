"""Make a small JPEG of a photo, to look at."""

from io import BytesIO

from PIL import Image

from recog.types import Pixels

_QUALITY = 85
_REDUCING_GAP = 3.0
"""Pillow averages whole pixels first, down to three times the size: nearly the same, and faster."""


def preview(pixels: Pixels, *, longest: int) -> bytes:
    """(H, W, 3) uint8 RGB upright -> a JPEG whose longer side has at most `longest` pixels, without metadata."""
    image = Image.fromarray(pixels)
    scale = longest / max(image.size)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=_REDUCING_GAP)
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
