"""Decoding of whole JPEGs in half of Pillow's time, at full size or reduced (docs/decisions/scaled-decoding.md)."""

import simplejpeg

from recog.types import Pixels

FACTORS = (1, 2, 4, 8)
"""The factors by which libjpeg reduces while it decodes, by inverting only a part of each block's coefficients."""


def halving(width: int, height: int, *, longest: int | None) -> int:
    """Return the smallest of FACTORS that reduces the long side to at most `longest`; the largest if none does.

    longest None: 1, the photo keeps its size.
    """
    if longest is None:
        return 1
    return next((factor for factor in FACTORS if max(width, height) <= longest * factor), FACTORS[-1])


def decode_whole(data: bytes, size: tuple[int, int], factor: int) -> Pixels | None:
    """Decode a JPEG of grey, YCbCr or RGB to (h, w, 3) uint8 as stored: sides divided by a factor, rounded up.

    size is (width, height) by Pillow's reading of the header. The pixels are Pillow's own, bit by bit, because both
    run libjpeg-turbo alike. Returns None for a file of which libjpeg complains in any way, or whose header reads
    differently: Pillow decides what such a file shows, or why it is refused.
    """
    width, height = (-(-side // factor) for side in size)
    try:
        if simplejpeg.decode_jpeg_header(data, strict=True)[:2] != (size[1], size[0]):
            return None
        pixels: Pixels = simplejpeg.decode_jpeg(data, "RGB", min_height=height, min_width=width, strict=True)
    except ValueError:
        return None
    return pixels if pixels.shape == (height, width, 3) else None
