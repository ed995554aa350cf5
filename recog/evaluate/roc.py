"""Verification scores of labelled distances: accuracy, ROC, AUC, EER, VAL at FAR.

Everywhere: `distances` is (n,) squared distances, `same` (n,) bool, and a pair is accepted when its distance is at
most the threshold.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class RocCurve(NamedTuple):
    """Rates at every threshold that matters, rising: thresholds, far and val are (m,) each."""

    thresholds: Floats
    far: Floats
    val: Floats


def check_pairs(distances: NDArray[np.floating], same: Bools) -> None:
    """Refuse arrays that are no labelled distances: ValueError."""
    if distances.ndim != 1 or distances.shape != same.shape or same.dtype != np.bool_:
        raise ValueError(f"distances {distances.shape} and same {same.shape} {same.dtype} are not n floats and n bools")
    if not np.isfinite(distances).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(distances))} distances are not finite")
    if same.all() or not same.any():
        raise ValueError(f"{np.count_nonzero(same)} same of {len(same)} pairs: both kinds are needed")


def roc_curve(distances: NDArray[np.floating], same: Bools) -> RocCurve:
    """FAR and VAL at each distinct distance, from accepting nobody (threshold below the least) to everybody."""
    check_pairs(distances, same)
    order = np.argsort(distances, kind="stable")
    ordered = distances[order].astype(np.float64)
    accepted_same = np.cumsum(same[order])
    accepted_different = np.cumsum(~same[order])
    last_of_equals = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    return RocCurve(
        thresholds=np.append(np.nextafter(ordered[0], -np.inf), ordered[last_of_equals]),
        far=np.append(0.0, accepted_different[last_of_equals] / accepted_different[-1]),
        val=np.append(0.0, accepted_same[last_of_equals] / accepted_same[-1]),
    )


def accuracy(distances: NDArray[np.floating], same: Bools, threshold: float) -> float:
    """Share of pairs decided rightly, 0 to 1."""
    return float(np.mean((distances <= threshold) == same))


def best_threshold(distances: NDArray[np.floating], same: Bools) -> float:
    """The threshold of highest accuracy on these pairs.

    Where a range of thresholds is equally good, its middle; where several ranges are, the middle one's. Departure from
    the usual scripts, which try a grid of 400 and take the first best: this is exact and leans to neither side.
    """
    curve = roc_curve(distances, same)
    gain = curve.val * np.count_nonzero(same) - curve.far * np.count_nonzero(~same)
    best = np.flatnonzero(np.isclose(gain, gain.max(), rtol=0.0, atol=1e-6))
    chosen = best[len(best) // 2]
    if chosen in {0, len(curve.thresholds) - 1}:
        return float(curve.thresholds[chosen])
    return float((curve.thresholds[chosen] + curve.thresholds[chosen + 1]) / 2)


def threshold_at_far(different: NDArray[np.floating], far: float) -> float:
    """The threshold that accepts the share `far` (0 to 1) of different pairs, from their distances, (n,) n > 0.

    Between two distances it is interpolated. Below 1 / n it is the largest threshold that accepts none: n pairs cannot
    say more, and the real rate may be anything up to about 3 / n (the rule of three, 95 %).
    """
    if not 0.0 <= far <= 1.0:
        raise ValueError(f"a false accept rate is a share from 0 to 1, not {far}")
    ordered = np.sort(different.astype(np.float64))
    rank = far * len(ordered)
    if rank < 1:
        return float(np.nextafter(ordered[0], -np.inf))
    return float(np.interp(rank, np.arange(1, len(ordered) + 1), ordered))


def auc(distances: NDArray[np.floating], same: Bools) -> float:
    """Area under the ROC: the chance that a random same pair is nearer than a random different one (ties half)."""
    curve = roc_curve(distances, same)
    return float(np.sum(np.diff(curve.far) * (curve.val[1:] + curve.val[:-1]) / 2))


def equal_error_rate(distances: NDArray[np.floating], same: Bools) -> float:
    """The rate at which false accepts (FAR) and false rejects (1 - VAL) are equal, linear between thresholds."""
    curve = roc_curve(distances, same)
    excess = curve.far - (1.0 - curve.val)
    after = int(np.argmax(excess >= 0))
    before = after - 1
    share = -excess[before] / (excess[after] - excess[before])
    return float(curve.far[before] + share * (curve.far[after] - curve.far[before]))


def bootstrap_interval(
    distances: NDArray[np.floating],
    same: Bools,
    threshold: float,
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of the accuracy at a threshold, pairs of each kind drawn anew with replacement.

    Pairs that share a photo are not independent, so the true interval is somewhat wider.
    """
    check_pairs(distances, same)
    random = np.random.default_rng(seed)
    right = (distances <= threshold) == same
    # Drawing n of n with replacement and counting the right ones is one binomial draw.
    draws = sum(random.binomial(len(kind), kind.mean(), size=resamples) for kind in (right[same], right[~same]))
    low, high = np.quantile(draws / len(right), [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
