"""Verification scores of labelled distances: accuracy, ROC, AUC, EER, VAL at FAR.

In every function `distances` are (n,) squared distances and `same` is (n,) bool; a pair is accepted if its distance is
at most the threshold. `weights` (n,) are whole numbers that repeat each pair, by default once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Weights = NDArray[np.int64]


class RocCurve(NamedTuple):
    """Rates at all distinct distances, rising: thresholds, far and val are (m,) each."""

    thresholds: Floats
    far: Floats
    val: Floats


def check_pairs(distances: NDArray[np.floating], same: Bools) -> None:
    """Raise ValueError if the arrays are no labelled distances."""
    if distances.ndim != 1 or distances.shape != same.shape or same.dtype != np.bool_:
        raise ValueError(f"distances {distances.shape} and same {same.shape} {same.dtype} are not n floats and n bools")
    if not np.isfinite(distances).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(distances))} distances are not finite")
    if same.all() or not same.any():
        raise ValueError(f"{np.count_nonzero(same)} same of {len(same)} pairs: both kinds are needed")


def roc_curve(distances: NDArray[np.floating], same: Bools, weights: Weights | None = None) -> RocCurve:
    """Return FAR and VAL at each distinct distance, preceded by a threshold that accepts nobody."""
    check_pairs(distances, same)
    counts = np.ones(len(same), dtype=np.int64) if weights is None else weights
    order = np.argsort(distances, kind="stable")
    ordered = distances[order].astype(np.float64)
    accepted_same = np.cumsum(np.where(same, counts, 0)[order])
    accepted_different = np.cumsum(np.where(same, 0, counts)[order])
    last_of_equals = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    return RocCurve(
        thresholds=np.append(np.nextafter(ordered[0], -np.inf), ordered[last_of_equals]),
        far=np.append(0.0, accepted_different[last_of_equals] / accepted_different[-1]),
        val=np.append(0.0, accepted_same[last_of_equals] / accepted_same[-1]),
    )


def accepted(distances: NDArray[np.floating], threshold: float) -> Bools:
    """Mark the distances that are at most the threshold, compared in float64.

    numpy would round the threshold to float32 next to float32 distances, and so move it from just below a distance onto
    the distance.
    """
    within: Bools = distances <= np.float64(threshold)
    return within


def accuracy(distances: NDArray[np.floating], same: Bools, threshold: float, weights: Weights | None = None) -> float:
    """Return the share of pairs decided rightly, 0 to 1."""
    return float(np.average(accepted(distances, threshold) == same, weights=weights))


def best_threshold(distances: NDArray[np.floating], same: Bools, weights: Weights | None = None) -> float:
    """Return the threshold of highest accuracy on these pairs.

    If a range of thresholds is equally good, return its middle; of several ranges, the middle one. Departure from the
    usual scripts, which try a grid of 400 and take the first best: this is exact and biased to neither side.
    """
    curve = roc_curve(distances, same, weights)
    counts = np.ones(len(same), dtype=np.int64) if weights is None else weights
    gain = curve.val * counts[same].sum() - curve.far * counts[~same].sum()
    best = np.flatnonzero(np.isclose(gain, gain.max(), rtol=0.0, atol=1e-6))
    chosen = best[len(best) // 2]
    if chosen in {0, len(curve.thresholds) - 1}:
        return float(curve.thresholds[chosen])
    return float((curve.thresholds[chosen] + curve.thresholds[chosen + 1]) / 2)


def threshold_at_far(different: NDArray[np.floating], far: float, weights: Weights | None = None) -> float:
    """Return the threshold that accepts the share `far`, 0 to 1, of different pairs with these distances, (n,) n > 0.

    It is interpolated between distances. For far < 1 / n it is the largest threshold that accepts none: n pairs cannot
    say more, and the true rate may be up to about 3 / n (the rule of three, 95 %). Weights are above 0.
    """
    if not 0.0 <= far <= 1.0:
        raise ValueError(f"a false accept rate is a share from 0 to 1, not {far}")
    order = np.argsort(different, kind="stable")
    ordered = different[order].astype(np.float64)
    if weights is None:
        ranks = np.arange(1, len(ordered) + 1)
    else:
        last = np.cumsum(weights[order])  # a distance of weight k takes k ranks
        ranks = np.stack([last - weights[order] + 1, last], axis=1).ravel()
        ordered = np.repeat(ordered, 2)
    rank = far * ranks[-1]
    if rank < 1:
        return float(np.nextafter(ordered[0], -np.inf))
    return float(np.interp(rank, ranks, ordered))


def auc(distances: NDArray[np.floating], same: Bools) -> float:
    """Return the area under the ROC: the chance that a same pair is nearer than a different one (ties count half)."""
    return area(roc_curve(distances, same))


def equal_error_rate(distances: NDArray[np.floating], same: Bools) -> float:
    """Return the rate at which false accepts (FAR) and false rejects (1 - VAL) are equal, interpolated linearly."""
    return equal_error(roc_curve(distances, same))


def area(curve: RocCurve) -> float:
    """Return the area under a curve, 0 to 1."""
    return float(np.sum(np.diff(curve.far) * (curve.val[1:] + curve.val[:-1]) / 2))


def equal_error(curve: RocCurve) -> float:
    """Return the FAR at which a curve's FAR is 1 - VAL, 0 to 1."""
    excess = curve.far - (1.0 - curve.val)
    after = int(np.argmax(excess >= 0))
    before = after - 1
    share = -excess[before] / (excess[after] - excess[before])
    return float(curve.far[before] + share * (curve.far[after] - curve.far[before]))


def val_at(curve: RocCurve, fars: Floats) -> Floats:
    """Return the largest VAL that a threshold of the curve reaches without exceeding each FAR."""
    reached: Floats = curve.val[np.searchsorted(curve.far, fars, side="right") - 1]
    return reached
