"""Confidence intervals of rates whose cases are not independent: whole people, or photos, are drawn anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
CONFIDENCE = 0.95

Interval = tuple[float, float]


def ratio_interval(hits: NDArray[Any], cases: NDArray[Any], *, seed: int = 0) -> Interval:
    """The percentile interval of sum(hits) / sum(cases) over units drawn with replacement; (units,) each, cases > 0.

    A unit is a person or a photo with all its cases. One unit shows no spread: its interval is its rate alone.
    """
    ratios = [drawn @ hits / (drawn @ cases) for drawn in _draws(len(hits), seed) if drawn @ cases > 0]
    return _percentiles(ratios)


def person_interval(false_accepts: NDArray[np.integer], faces: NDArray[np.integer], *, seed: int = 0) -> Interval:
    """The percentile interval of a false accept rate over people drawn with replacement.

    false_accepts is (p, p), the accepted pairs of faces of each two different people, each pair counted on one side of
    the diagonal, in whichever order; faces is (p,), the faces of each person. A person drawn twice makes no pair with
    himself.
    """
    rates = []
    for drawn in _draws(len(faces), seed):
        of_person = drawn * faces
        pairs = (of_person.sum() ** 2 - (of_person**2).sum()) / 2
        if pairs > 0:
            rates.append(float(drawn @ false_accepts @ drawn) / pairs)
    return _percentiles(rates)


def _draws(units: int, seed: int) -> NDArray[np.float64]:
    """How often each unit is drawn, (RESAMPLES, units)."""
    random = np.random.default_rng(seed)
    return random.multinomial(units, np.full(units, 1 / units), size=RESAMPLES).astype(np.float64)


def _percentiles(values: list[float]) -> Interval:
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
