"""Small JPEGs of photos, for pages and reports."""

from io import BytesIO

from PIL import Image

from recog.types import Pixels

_QUALITY = 85
_REDUCING_GAP = 3.0
"""Pillow first averages whole pixels down to three times the final size: nearly the same result, and faster."""


def preview(pixels: Pixels, *, longest: int) -> bytes:
    """Make a JPEG without metadata of (H, W, 3) uint8 upright RGB; its longer side has at most `longest` pixels."""
    image = Image.fromarray(pixels)
    scale = longest / max(image.size)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=_REDUCING_GAP)
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
