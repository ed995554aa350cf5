"""Homographies and similarities fitted to moved points, and what they leave unexplained.

The picture of a plane moves by a homography, whichever way plane and camera move; that of a head does not.
"""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
_ROUNDS = 6
_LEAST = 1e-9


def fitted_homography(source: Points, target: Points, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the homography (3, 3) that takes n >= 4 points to n others, (n, 2) each, by weighted least squares.

    The direct linear transform on normalised points (Hartley, PAMI 1997).
    """
    to_source, to_target = _normaliser(source), _normaliser(target)
    x, y = applied(to_source, source).T
    u, v = applied(to_target, target).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, zero, zero, zero, -u * x, -u * y, -u], 1),
            np.stack([zero, zero, zero, x, y, one, -v * x, -v * y, -v], 1),
        ]
    )
    rows *= np.sqrt(np.concatenate([weights, weights]))[:, None]
    _, vectors = np.linalg.eigh(rows.T @ rows)
    inner = vectors[:, 0].reshape(3, 3)
    whole = np.linalg.inv(to_target) @ inner @ to_source
    return np.asarray(whole / whole[2, 2] if abs(whole[2, 2]) > _LEAST else whole, np.float64)


def robust_homography(source: Points, target: Points, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit a homography that a minority of other points does not draw to itself, by reweighting (Cauchy)."""
    found = fitted_homography(source, target, weights)
    for _ in range(_ROUNDS):
        off = np.linalg.norm(applied(found, source) - target, axis=1)
        scale = max(1.5 * float(np.median(off)), _LEAST)
        found = fitted_homography(source, target, weights / (1 + (off / scale) ** 2))
    return found


def fitted_similarity(source: Points, target: Points, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the turn, scale and shift, as (3, 3), that takes points to others by weighted least squares."""
    share = weights / weights.sum()
    origin, goal = share @ source, share @ target
    a, b = source - origin, target - goal
    size = max(float(share @ np.square(a).sum(1)), _LEAST)
    along = float(share @ (a * b).sum(1)) / size
    across = float(share @ (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])) / size
    linear = np.array([[along, -across], [across, along]])
    whole = np.eye(3)
    whole[:2, :2], whole[:2, 2] = linear, goal - linear @ origin
    return whole


def applied(matrix: NDArray[np.float64], points: Points) -> Points:
    """Return points (n, 2) as a matrix (3, 3) moves them."""
    seen = np.concatenate([points, np.ones((len(points), 1))], 1) @ matrix.T
    return np.asarray(seen[:, :2] / seen[:, 2:], np.float64)


def residuals(matrix: NDArray[np.float64], source: Points, target: Points) -> NDArray[np.float64]:
    """Return how far from its target a matrix takes each point, (n,)."""
    return np.asarray(np.linalg.norm(applied(matrix, source) - target, axis=1), np.float64)


def _normaliser(points: Points) -> NDArray[np.float64]:
    """Return the shift and scale that give points the mean 0 and the mean distance sqrt(2) from it."""
    middle = points.mean(axis=0)
    scale = np.sqrt(2) / max(float(np.linalg.norm(points - middle, axis=1).mean()), _LEAST)
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1.0]])
