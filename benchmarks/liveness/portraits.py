"""Portraits with landmarks: real photos, cut so that a face fills a simulated frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.align import region
from recog.errors import RecogError
from recog.photos import read_photo
from recog.types import Detector, Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A photo (h, w, 3) uint8 around one face, and its landmarks (5, 2) in pixels of the photo."""

    person: str
    pixels: Pixels
    landmarks: NDArray[np.float64]

    @property
    def eyes(self) -> float:
        """Pixels between the eyes."""
        return float(np.linalg.norm(self.landmarks[1] - self.landmarks[0]))


def portraits(folder: Path, detector: Detector, *, people: Sequence[str], each: int) -> list[Portrait]:
    """Return up to `each` portraits of each person: photos with one face that looks at the camera, large enough."""
    found = []
    for person in people:
        mine: list[Portrait] = []
        for path in sorted((folder / person).iterdir()):
            if len(mine) < each and (one := _portrait(path, person, detector)) is not None:
                mine.append(one)
        found += mine
    return found


def _portrait(path: Path, person: str, detector: Detector) -> Portrait | None:
    from recog.quality import frontality

    try:
        pixels = read_photo(path).pixels
    except RecogError:
        return None
    boxes = detector.detect(pixels)
    if len(boxes) != 1 or boxes[0].score < 0.98 or frontality(boxes[0]) < 0.45 or boxes[0].turn:
        return None
    points = np.array(boxes[0].landmarks, np.float64)
    eyes = float(np.linalg.norm(points[1] - points[0]))
    if eyes < 24:
        return None
    x, y = points.mean(axis=0)
    half = 3.6 * eyes
    left, top, right, bottom = (round(v) for v in (x - half, y - half, x + half, y + half))
    return Portrait(person, region(pixels, left, top, right, bottom), points - (left, top))
