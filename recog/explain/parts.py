"""The parts of a face, by its five landmarks: how much of a map's weight lies on each."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recog.explain.occlusion import Map
from recog.types import FaceBox

EYES, NOSE, MOUTH, FOREHEAD, CHIN, CHEEKS, AROUND = "eyes", "nose", "mouth", "forehead", "chin", "cheeks", "around"
PARTS = (EYES, NOSE, MOUTH, FOREHEAD, CHIN, CHEEKS, AROUND)
"""Every pixel belongs to one; `around` is all outside the detector's box: hair, ears, neck, background."""
_NEAR = 0.45
"""Distance up to which a pixel belongs to a landmark, in units of the distance of the eyes."""


def parts_of(height: int, width: int, box: FaceBox) -> NDArray[np.int64]:
    """Return the place in PARTS of each pixel of a picture, (height, width); the face is upright.

    A box without landmarks has none but the cheeks and what is around.
    """
    y, x = np.mgrid[:height, :width] + 0.5
    found = np.full((height, width), PARTS.index(CHEEKS))
    if box.landmarks:
        points = np.array(box.landmarks)
        apart = float(np.hypot(*(points[1] - points[0]))) or 1.0
        eyes, mouth = points[:2, 1].mean(), points[3:, 1].mean()
        found[y < eyes] = PARTS.index(FOREHEAD)
        found[y > mouth] = PARTS.index(CHIN)
        centres = [(EYES, points[0]), (EYES, points[1]), (NOSE, points[2]), (NOSE, _between(points))]
        centres += [(MOUTH, points[3]), (MOUTH, points[3:].mean(axis=0)), (MOUTH, points[4])]
        distances = np.stack([np.hypot(x - centre[0], y - centre[1]) for _, centre in centres])
        near = distances.min(axis=0) <= _NEAR * apart
        names = np.array([PARTS.index(name) for name, _ in centres])
        found[near] = names[distances.argmin(axis=0)][near]
    inside = (x >= box.left) & (x < box.right) & (y >= box.top) & (y < box.bottom)
    found[~inside] = PARTS.index(AROUND)
    return found


def _between(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the bridge of the nose: halfway from the middle of the eyes to the tip."""
    bridge: NDArray[np.float64] = (points[:2].mean(axis=0) + points[2]) / 2
    return bridge


def shares(weights: Map, parts: NDArray[np.int64]) -> Mapping[str, float]:
    """Return the share of each part, of 1, of the weight; negative weights do not count."""
    counted = np.maximum(weights, 0)
    total = float(counted.sum()) or 1.0
    sums: Sequence[float] = np.bincount(parts.ravel(), counted.ravel(), len(PARTS)).tolist()
    return {name: each / total for name, each in zip(PARTS, sums, strict=True)}
