"""The map from squared distance to probability, fitted to labelled pairs of which some are labelled wrongly."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recog.errors import EvaluationError
from recog.evaluate.roc import Bools, Floats

_BINS = 4096
"""From 0 to 4. Distances are rounded to a thousandth before the fit, which then costs the same for a million pairs."""
_ROUNDS = 500
_NEWTON_STEPS = 100


class Curve(NamedTuple):
    """P(one person | d) = 1 / (1 + exp(slope * d + intercept)), slope > 0, before looking as likely as not.

    label_noise is the estimated share, 0 to 1, of the pairs labelled same that show two people.
    """

    slope: float
    intercept: float
    label_noise: float


def fit_curve(distances: NDArray[np.floating], same: Bools) -> Curve:
    """Fit a curve by maximum likelihood to (n,) squared distances, both kinds of pair weighed alike.

    Folders of photos hold strangers: a pair labelled same is two people with a probability e. Its distance then is
    one of different pairs, f(d | labelled same) = (1 - e) f(d | same) + e f(d | different), with the two true
    densities in the ratio exp(-(slope d + intercept)): an exponential tilt mixture (Qin 1999, Annals of Statistics
    27). EM finds all three numbers: how likely each same label is wrong, then a logistic regression on the labels so
    weighed.
    A plain logistic regression is e = 0, and its tail is what the wrong labels make of it. Labels of different people
    are taken as right: a pair of folders of one person is rare among the pairs of all folders.

    EvaluationError where all distances are equal, or same pairs are no nearer than different ones.
    """
    if distances.min() == distances.max():
        raise EvaluationError("all pairs are equally far apart: nothing can be calibrated on them")
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
    """Slope and intercept of P(same | d) by Newton's method; same and different are the weights of each distance.

    Pairs that a line separates perfectly have no finite best slope; a ridge of 1e-6 on the (standardised) slope,
    worth a millionth of the data, keeps it finite.
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
