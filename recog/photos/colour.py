"""Conversion of every kind of pixel that a picture file can hold to 8-bit sRGB."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_WHITE = (255, 255, 255)
"""The background of transparent pixels, as viewers show it and as the same picture saved as JPEG has it."""

_DEEP_MODES = frozenset({"I", "I;16", "I;16L", "I;16B", "I;16N", "F"})
_PROFILE_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}

# Full scale of the bit depths that cameras and scanners write, mostly in a wider container.
_INTEGER_WHITES = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)
_FLOAT_WHITES = (1.0, 255.0, 65535.0)
_FLOAT_SHARE = 0.5
"""Percent of a float picture's pixels (lamps, the sun) that may be brighter than white; as many may be below black."""
_LEAST_OF_SCALE = 0.25
"""A float picture uses a full scale only if its values reach this share of it."""
_MOST_SAMPLES = 1 << 20
_BLOCK_ROWS = 256


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert any mode to RGB: first the bit depth, then transparency over white, then the colour profile if usable."""
    profile = image.info.get("icc_profile")
    if image.mode in _DEEP_MODES:
        image = Image.fromarray(eight_bit(np.asarray(image)))
    image = _opaque(image)
    if image.mode not in _PROFILE_SPACES:
        image = image.convert("RGB")
    if isinstance(profile, bytes) and profile:
        image = _to_srgb(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def eight_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scale grey values of any depth, (H, W) integer or float, to (H, W) uint8 with black at 0.

    White is the smallest usual full scale (8, 10, 12, 14, 16 bit) that holds the largest value, so that 12 bits in a
    16-bit file do not come out nearly black. If a value is below zero or above 65535, no usual scale fits: the smallest
    value becomes black and the largest white. (Pillow's own conversion clips at 255.)

    Of floats, half a percent at each end is ignored, so that one lamp does not darken all the rest. White is then 1,
    255 or 65535 if the remaining values reach a quarter of it; otherwise it is the largest of them. NaN becomes black.
    """
    black = 0.0
    if np.issubdtype(values.dtype, np.floating):
        low, high = _usual_span(values)
        usual = (white for white in _FLOAT_WHITES if high <= white and (high > white * _LEAST_OF_SCALE or white == 1.0))
        white = next(usual, high)
    else:
        low, high = _finite_span(values)
        white = next((white for white in _INTEGER_WHITES if high <= white), high)
    if low < 0 or high > _INTEGER_WHITES[-1]:
        black, white = low, high
    scale = 255.0 / (white - black) if white > black else 0.0
    grey = np.empty(values.shape, np.uint8)
    for rows, block in _blocks(values):
        shades = np.nan_to_num((block - black) * scale, nan=0.0, posinf=255.0, neginf=0.0)
        grey[rows] = np.rint(np.clip(shades, 0.0, 255.0))
    return grey


def _finite_span(values: NDArray[np.generic]) -> tuple[float, float]:
    low, high = np.inf, -np.inf
    for _, block in _blocks(values):
        finite = block[np.isfinite(block)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return (low, high) if low <= high else (0.0, 0.0)


def _usual_span(values: NDArray[np.generic]) -> tuple[float, float]:
    """Return the range of the finite values without the brightest and darkest; a large picture is sampled evenly."""
    flat = values.reshape(-1)
    drawn = flat[:: max(1, flat.size // _MOST_SAMPLES)].astype(np.float64)
    finite = drawn[np.isfinite(drawn)]
    if not finite.size:
        return 0.0, 0.0
    low, high = np.percentile(finite, (_FLOAT_SHARE, 100 - _FLOAT_SHARE), method="nearest")
    return float(low), float(high)


def _blocks(values: NDArray[np.generic]) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield a few rows at a time as float64, so that a large scan is never held in floats as a whole."""
    for top in range(0, len(values), _BLOCK_ROWS):
        rows = slice(top, top + _BLOCK_ROWS)
        yield rows, values[rows].astype(np.float64)


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    layered = image if image.mode == "RGBA" else image.convert("RGBA")
    alpha = layered.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return layered.convert("RGB")
    page = Image.new("RGB", layered.size, _WHITE)
    page.paste(layered, mask=alpha)
    return page


def _to_srgb(image: Image.Image, profile_bytes: bytes) -> Image.Image:
    """Apply an ICC profile; as viewers do, ignore a profile that is broken or made for other channels."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile_bytes))
        if source.profile.xcolor_space.strip() != _PROFILE_SPACES[image.mode]:
            return image
        if "sRGB" in (source.profile.profile_description or ""):
            return image
        converted = ImageCms.profileToProfile(
            image,
            source,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError):
        return image
    return image if converted is None else converted
