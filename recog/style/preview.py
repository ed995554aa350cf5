"""Previews of pictures, for pages that show many."""

import io

from PIL import Image

from recog.types import Pixels


def preview(pixels: Pixels, longest: int) -> tuple[bytes, int, int]:
    """Make a JPEG without metadata of (H, W, 3) uint8 RGB, at most `longest` pixels long; bytes, width, height."""
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=86, optimize=True)
    return buffer.getvalue(), image.width, image.height
