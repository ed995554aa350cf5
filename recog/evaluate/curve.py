"""The map from squared distance to probability, fitted to labelled pairs of which some have wrong labels."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recog.errors import EvaluationError
from recog.evaluate.roc import Bools, Floats

_BINS = 4096
"""From 0 to 4: distances are rounded to a thousandth, so that a million pairs cost no more to fit."""
_ROUNDS = 500
_NEWTON_STEPS = 100


class Curve(NamedTuple):
    """P(one person | d) = 1 / (1 + exp(slope * d + intercept)), with slope > 0 and a prior of one half.

    label_noise is the estimated share, 0 to 1, of the pairs labelled same that show two people.
    """

    slope: float
    intercept: float
    label_noise: float


def fit_curve(distances: NDArray[np.floating], same: Bools) -> Curve:
    """Fit a curve to (n,) squared distances by maximum likelihood, with equal weight for both kinds of pairs.

    People's folders also hold strangers, so a pair labelled same shows two people with a probability e. Then
    f(d | labelled same) = (1 - e) f(d | same) + e f(d | different), where the ratio of the two true densities is
    exp(-(slope d + intercept)): an exponential tilt mixture (Qin 1999, Annals of Statistics 27). EM finds all three
    numbers: it alternates between how likely each same label is wrong and a logistic regression on the weighted labels.
    A plain logistic regression (e = 0) would fit its tail to the wrong labels. Labels of different people are taken as
    right, because two folders of one person are rare among all pairs of folders.

    Raises:
        EvaluationError: all distances are equal, or same pairs are no nearer than different ones.
    """
    if distances.min() == distances.max():
        raise EvaluationError("all pairs have the same distance: nothing can be calibrated on them")
    cells = np.clip(np.rint(distances * (_BINS / 4)), 0, _BINS).astype(np.int64)
    labelled_same, different = (np.bincount(cells[kind], minlength=_BINS + 1) for kind in (same, ~same))
    occupied = np.flatnonzero(labelled_same + different)
    at = occupied.astype(np.float64) * (4 / _BINS)
    labelled_same, different = (count[occupied] / (2 * count.sum()) for count in (labelled_same, different))
    slope, intercept = _logistic(at, labelled_same, different)
    noise = 0.01
    for _ in range(_ROUNDS):
        ratio = np.exp(-np.clip(slope * at + intercept, -500, 500))
        right = labelled_same * (1 - noise) * ratio / ((1 - noise) * ratio + noise)
        wrong = labelled_same - right
        before, noise = noise, float(2 * wrong.sum())
        slope, raw = _logistic(at, right, different + wrong)
        intercept = raw + float(np.log(right.sum() / (different + wrong).sum()))
        if abs(noise - before) < 1e-7:
            break
    return Curve(slope, intercept, noise)


def _logistic(at: Floats, same: Floats, different: Floats) -> tuple[float, float]:
    """Fit slope and intercept of P(same | d) by Newton's method; same and different are the weights of each distance.

    Perfectly separated pairs have no finite best slope. A ridge of 1e-6 on the standardised slope, a millionth of the
    weight of the data, keeps it finite.
    """
    weights = same + different
    centre = float(np.average(at, weights=weights))
    scale = float(np.sqrt(np.average((at - centre) ** 2, weights=weights)))
    design = np.stack([(at - centre) / scale, np.ones_like(at)], axis=1)
    ridge = np.diag([1e-6, 0.0])
    parameters = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        expected = 1.0 / (1.0 + np.exp(-np.clip(design @ parameters, -500, 500)))
        gradient = design.T @ (weights * expected - different) + ridge @ parameters
        curvature = (design * (weights * expected * (1 - expected))[:, None]).T @ design + ridge
        change = np.linalg.solve(curvature + 1e-12 * np.eye(2), gradient)
        parameters = parameters - change * min(1.0, 5.0 / max(float(np.abs(change).max()), 1e-12))
        if np.abs(change).max() < 1e-10:
            break
    slope = parameters[0] / scale
    if not slope > 0:
        raise EvaluationError(
            f"same pairs are no nearer than different ones (slope {slope:.3g}): the labels are wrong, or the network is"
        )
    return float(slope), float(parameters[1] - parameters[0] * centre / scale)
