"""Parallax: does a face move as a plane, and do its surroundings move with it as one sheet?

The views stand still by their landmarks, so the motion between two of them is what turning, depth and expression add.
A homography is fitted to the motion of the face. A flat print leaves nothing; a head that turns by three degrees moves
its nose by 2 % of the eye distance, and its surroundings go their own way.
"""

from dataclasses import astuple, dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from recog.live.flow import optical_flow
from recog.live.homography import fitted_similarity, residuals, robust_homography
from recog.live.sequence import EYES, FRAMES, LANDMARKS, VIEW, FaceSequence
from recog.quality import luma

_PAIRS = ((4, 32), (12, 44), (20, 56), (28, 60), (32, 8), (36, 16), (44, 0), (59, 24))
_GRID = 4
_TEXTURE = 5e-5
"""The least smaller eigenvalue of a point that can be followed (grey levels of 1)."""
_LEAST_POINTS = 40
NAMES = (*("plane", "plane most", "turn", "turn most"), *("surroundings", "surroundings most", "relief", "relief most"))


@dataclass(frozen=True, slots=True)
class Parallax:
    """Medians over pairs of frames, and the largest, in eye distances.

    plane: what a homography of the face leaves of its motion; turn: what turning, scaling and shifting leave, that is,
    how much there was to explain; surroundings: how far they are from where the face's homography takes them; relief:
    how far the nose moves against a smooth surface through the face, flat or bent.
    """

    plane: float
    plane_most: float
    turn: float
    turn_most: float
    surroundings: float
    surroundings_most: float
    relief: float
    relief_most: float

    def features(self) -> NDArray[np.float64]:
        """Return the logarithms, (8,), as NAMES lists them."""
        return np.log(np.maximum(astuple(self), 1e-4))


def parallax_of(sequence: FaceSequence) -> Parallax | None:
    """Measure parallax; None if too little of the face has a texture that can be followed."""
    grey = torch.from_numpy(luma(sequence.views) / np.float32(255))
    first = torch.stack([grey[min(a, FRAMES - 1)] for a, _ in _PAIRS])
    second = torch.stack([grey[min(b, FRAMES - 1)] for _, b in _PAIRS])
    flow, texture = optical_flow(first, second)
    places = _places()
    face, around = _regions(places)
    x, y = places.T.astype(int)
    found = []
    for moved, seen in zip(flow.double().numpy(), texture.numpy(), strict=True):
        target = places + moved[:, y, x].T
        clear = seen[y, x] > _TEXTURE
        if (measured := _measured(places, target, clear & face, clear & around)) is not None:
            found.append(measured)
    if len(found) < len(_PAIRS) // 2:
        return None
    table = np.array(found) / EYES
    middle, most = np.median(table, axis=0), table.max(axis=0)
    return Parallax(*(float(value) for pair in zip(middle, most, strict=True) for value in pair))


def _measured(
    places: NDArray[np.float64], target: NDArray[np.float64], face: NDArray[np.bool_], around: NDArray[np.bool_]
) -> tuple[float, float, float, float] | None:
    if face.sum() < _LEAST_POINTS:
        return None
    source, goal = places[face], target[face]
    weights = np.ones(len(source))
    plane = robust_homography(source, goal, weights)
    turn = fitted_similarity(source, goal, weights)
    off = residuals(plane, source, goal)
    left = float(np.sqrt(np.mean(np.square(np.minimum(off, 5 * np.median(off) + 1e-9)))))
    whole = float(np.sqrt(np.mean(np.square(residuals(turn, source, goal)))))
    beyond = left
    if around.sum() >= _LEAST_POINTS:
        beyond = float(np.median(residuals(plane, places[around], target[around])))
    return left, whole, beyond, nose_motion(source, goal)


def nose_motion(source: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """Return by how many pixels the nose moves against a smooth surface through the other points, (n, 2) each.

    The motion of a smooth surface is a polynomial of second degree, nearly; a bump at the nose is fitted beside it. The
    many points of the face make it surer than the residuals of each.
    """
    x, y = ((source - LANDMARKS[2]) / EYES).T
    bump = np.exp(-((x / 0.22) ** 2) - (((y + 0.1) / 0.32) ** 2))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y, bump], 1)
    fitted, *_ = np.linalg.lstsq(terms, target - source, rcond=None)
    return float(np.linalg.norm(fitted[-1]))


def _places() -> NDArray[np.float64]:
    """Return the points that are followed, (n, 2): a grid that keeps away from the border."""
    at = np.arange(8, VIEW - 8, _GRID, dtype=np.float64)
    return np.stack(np.meshgrid(at, at), -1).reshape(-1, 2)


def _regions(places: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which points are on the face, and which are far outside of the head."""
    away = (places - LANDMARKS.mean(axis=0)) / EYES
    round_ = np.hypot(away[:, 0] / 1.05, away[:, 1] / 1.35)
    head = np.hypot(away[:, 0] / 1.5, (away[:, 1] + 0.15) / 2.0)
    return round_ < 1, (head > 1) & (away[:, 1] < 1.2)
