"""The smallest face and the largest photo that recog's own detectors search."""

from recog.detect.cascade import WINDOW
from recog.errors import ConfigError

MOST_PIXELS = 8_000_000
"""Pixels searched at once: their summed-area table takes 64 MB, and that of recog.detect.area fits 32 bits."""
SMALLEST_SCALED = 24
"""Side of the smallest face in a photo larger than max_side, in pixels of the photo scaled down to max_side."""
_FULL_SIDE = 1.5
"""A photo is reduced by a whole factor if its long side is more than this many times max_side."""


def check_limits(*, min_face: int, max_side: int) -> None:
    """Raise ConfigError unless both are in their ranges, in pixels."""
    if min_face < WINDOW:
        raise ConfigError(f"min_face is at least {WINDOW} pixels, not {min_face}")
    longest = int(MOST_PIXELS**0.5)
    if not min_face <= max_side <= longest:
        raise ConfigError(f"max_side is between min_face ({min_face}) and {longest} pixels, not {max_side}")


def full_side(max_side: int) -> float:
    """Return the long side in pixels up to which a photo is searched without being reduced."""
    return _FULL_SIDE * max_side


def smallest_face(long: int, *, min_face: int, max_side: int) -> float:
    """Return the side of the smallest face that is searched, in pixels of a photo with this long side."""
    return max(min_face, min(min_face, SMALLEST_SCALED) * max(1.0, long / max_side))
