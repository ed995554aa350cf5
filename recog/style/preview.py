"""A picture small enough for a page that shows many."""

import io

from PIL import Image

from recog.types import Pixels


def preview(pixels: Pixels, longest: int) -> tuple[bytes, int, int]:
    """(H, W, 3) uint8 RGB -> the bytes of a JPEG without metadata, at most that long, with its width and height."""
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=86, optimize=True)
    return buffer.getvalue(), image.width, image.height
