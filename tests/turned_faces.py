"""A painted world in which faces have a forehead: a detector that knows upright ones only, and takes others for poor.

A face is a square of one colour with a dark bar, its eyes, near the top. The colour is the person, as in tests.painted.
"""

from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from recog.config import Settings
from recog.types import Detector, FaceBox, Pixels
from tests.painted import Colour, PaintedLibrary, PaintedNetworks

FACE = 40
BRIGHT = 150
"""Of the brightest channel; mosaics are grey between their tiles, and darker."""
_EYES = slice(4, 10)


def portrait(*colours: Colour, width: int = 160, height: int = 100, noise: int = 0) -> Pixels:
    """(height, width, 3) uint8: a face each, side by side, upper left at (20, 12); noise tells photos apart."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[-1, -1] = noise
    for place, colour in enumerate(colours):
        left = 20 + place * (FACE + 20)
        pixels[12 : 12 + FACE, left : left + FACE] = colour
        pixels[12 + _EYES.start : 12 + _EYES.stop, left : left + FACE] = 0
    return pixels


def saved(path: Path, pixels: Pixels, *, turn: int = 0) -> Path:
    """Write the pixels, turned counter-clockwise by so many degrees, as a PNG without EXIF data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(np.rot90(pixels, turn // 90))).save(path)
    return path


class EyesDetector:
    """Finds bright squares; it is sure of those whose dark bar is near the top."""

    sha256 = "e" * 64

    def __init__(self) -> None:
        self.looks = 0

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Boxes of FACE by FACE pixels, best first."""
        self.looks += 1
        bright = pixels.max(axis=2) > BRIGHT
        boxes = []
        for top in range(bright.shape[0] - FACE + 1):
            for left in np.flatnonzero(bright[top]).tolist():
                if left + FACE > bright.shape[1] or not self._begins(bright, top, left):
                    continue
                inside = bright[top : top + FACE, left : left + FACE]
                # Dark rows near the top are eyes; anywhere else they are what deceives a detector.
                upright = not inside[_EYES].any() and inside[-4:].all() and inside[10:-10].all()
                points = tuple(
                    (left + FACE * u, top + FACE * v)
                    for u, v in ((0.3, 0.2), (0.7, 0.2), (0.5, 0.5), (0.35, 0.8), (0.65, 0.8))
                )
                boxes.append(FaceBox(left, top, left + FACE, top + FACE, 0.9995 if upright else 0.82, points))
        return sorted(boxes, key=lambda box: -box.score)

    @staticmethod
    def _begins(bright: np.ndarray[tuple[int, int], np.dtype[np.bool_]], top: int, left: int) -> bool:
        """Is this the upper left corner of a square, which has four bright corners and dark surroundings?"""
        corners = bright[top : top + FACE : FACE - 1, left : left + FACE : FACE - 1].all()
        above = top > 0 and bright[top - 1, left : left + FACE].any()
        before = left > 0 and bright[top : top + FACE, left - 1].any()
        return bool(corners) and not above and not before


class EyesNetworks(PaintedNetworks):
    """The painted networks with a detector that knows upright faces only."""

    @cached_property
    def detector(self) -> Detector:
        """Squares with eyes."""
        return EyesDetector()


class EyesLibrary(PaintedLibrary):
    """A painted library with a detector that knows upright faces only."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, networks=EyesNetworks(settings))
