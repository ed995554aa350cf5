"""Logistic regression on many pairs by Newton's method, with equal weight for both kinds of pairs."""

import numpy as np
from numpy.typing import NDArray

from recog.errors import TrainingError

_STEPS = 50
_CHUNK = 16_384


def fit_logistic(
    features: NDArray[np.float32], same: NDArray[np.bool_], *, penalty: float
) -> tuple[NDArray[np.float64], float]:
    """Return the weights (dim,) and the intercept of P(same | features), from (n, dim) features and (n,) truth.

    They minimise the mean log loss, half of which comes from each kind of pair, plus penalty / 2 times the squared
    length of the weights of the standardised features. The intercept is not penalised.

    Raises:
        TrainingError: one kind of pair is missing, or the regression does not converge.
    """
    if same.all() or not same.any():
        raise TrainingError(f"{np.count_nonzero(same)} of {len(same)} pairs are the same: both kinds are needed")
    centre = features.mean(axis=0, dtype=np.float64)
    scale = features.std(axis=0, dtype=np.float64)
    scale[scale == 0] = 1.0
    weight = np.where(same, 0.5 / np.count_nonzero(same), 0.5 / np.count_nonzero(~same))
    ridge = np.diag(np.append(np.full(features.shape[1], penalty), 1e-12))
    parameters = np.zeros(features.shape[1] + 1)
    for _ in range(_STEPS):
        gradient, curvature = ridge @ parameters, ridge.copy()
        for start in range(0, len(same), _CHUNK):
            rows = slice(start, start + _CHUNK)
            design = np.column_stack([(features[rows] - centre) / scale, np.ones(len(same[rows]))])
            expected = 1.0 / (1.0 + np.exp(-np.clip(design @ parameters, -500, 500)))
            gradient += design.T @ (weight[rows] * (expected - same[rows]))
            curvature += (design * (weight[rows] * expected * (1 - expected))[:, np.newaxis]).T @ design
        change = np.linalg.solve(curvature, gradient)
        parameters -= change * min(1.0, 5.0 / max(float(np.abs(change).max()), 1e-12))
        if np.abs(change).max() < 1e-8:
            weights = parameters[:-1] / scale
            return weights, float(parameters[-1] - weights @ centre)
    raise TrainingError(f"the regression did not converge in {_STEPS} steps: ask for a larger penalty")
