"""Conversion of a decoded picture to upright sRGB pixels, as a whole or in parts."""

from collections.abc import Sequence

import numpy as np
from PIL import Image
from PIL.Image import Transpose

from recog.photos.colour import to_rgb
from recog.photos.cut_short import LoadedPicture
from recog.photos.turning import stored_area
from recog.types import Area, Pixels

_MISSING = (128, 128, 128)
"""The colour that fills missing rows: no detector finds a face in plain grey."""
_STRIP_ROWS = 64


def upright_pixels(picture: LoadedPicture, turn: Transpose | None) -> Pixels:
    """Return the pixels of a picture, (h, w, 3) uint8 sRGB, turned and writable; missing rows are grey."""
    if picture.pixels is not None:
        return _finished(picture.pixels, picture.image.info.get("icc_profile"), turn)
    image = to_rgb(picture.image)
    if picture.rows < image.height:
        image.paste(_MISSING, (0, picture.rows, image.width, image.height))
    return _pixels(image if turn is None else image.transpose(turn))


def upright_areas(picture: LoadedPicture, areas: Sequence[Area], turn: Transpose | None) -> list[Pixels]:
    """Return these areas of upright_pixels; if possible, only they are converted and turned."""
    if picture.pixels is None:
        whole = upright_pixels(picture, turn)
        return [_cut(whole, area) for area in areas]
    size, profile = picture.image.size, picture.image.info.get("icc_profile")
    return [_finished(_cut(picture.pixels, stored_area(area, size, turn)), profile, turn) for area in areas]


def _finished(pixels: Pixels, profile: object, turn: Transpose | None) -> Pixels:
    """Convert RGB pixels with a colour profile to sRGB, and turn them; Pillow turns faster than NumPy."""
    if not profile and turn is None:
        return pixels
    image = Image.fromarray(pixels)
    image.info["icc_profile"] = profile
    image = to_rgb(image)
    return _pixels(image if turn is None else image.transpose(turn))


def _cut(pixels: Pixels, area: Area) -> Pixels:
    return pixels[area.top : area.bottom, area.left : area.right].copy()


def _pixels(image: Image.Image) -> Pixels:
    """Copy an RGB image to a writable array in strips: half the time of np.array(image), and one copy less."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _STRIP_ROWS):
        strip = image.crop((0, top, image.width, min(top + _STRIP_ROWS, image.height)))
        pixels[top : top + _STRIP_ROWS] = np.frombuffer(strip.tobytes(), np.uint8).reshape(-1, image.width, 3)
    return pixels
