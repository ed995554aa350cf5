"""The icon of the pages as a PNG: for systems that install web pages as apps, and read no SVG."""

import io
from functools import cache

from PIL import Image, ImageDraw

GROUND = "#2f6f62"
"""The accent of the pages in light, as in assets/icon.svg of the server."""
_FINER = 4
"""The icon is drawn this many times as large and reduced, which smooths its edges."""
_UNITS = 40
"""Units along a side: the 32 of the SVG, and a margin of 4 because a system may cut a tenth of each edge."""


@cache
def app_icon(side: int) -> bytes:
    """Draw a head and shoulders, side by side pixels, the ground to the edges: systems cut the shape that they like."""
    fine = side * _FINER
    drawn = Image.new("RGB", (fine, fine), GROUND)
    pen = ImageDraw.Draw(drawn)
    head, shoulders = (14.5, 11.5, 25.5, 22.5), (9.5, 23.0, 30.5, 41.0)
    pen.ellipse([fine * place / _UNITS for place in head], fill="white")
    pen.pieslice([fine * place / _UNITS for place in shoulders], 180, 360, fill="white")
    written = io.BytesIO()
    drawn.resize((side, side), Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()
