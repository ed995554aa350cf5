"""Bootstrap confidence intervals of rates whose cases are not independent: whole people or photos are resampled."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
CONFIDENCE = 0.95

Interval = tuple[float, float]


def ratio_interval(hits: NDArray[Any], cases: NDArray[Any], *, seed: int = 0) -> Interval:
    """Return the percentile interval of sum(hits) / sum(cases) over resampled units; (units,) each, cases > 0.

    A unit is a person or a photo with all its cases. A single unit has no spread, so its interval is its rate.
    """
    return ratio_intervals(hits[np.newaxis], cases, seed=seed)[0]


def ratio_intervals(hits: NDArray[Any], cases: NDArray[Any], *, seed: int = 0) -> tuple[Interval, ...]:
    """Return the ratio interval of each row of (rates, units) hits, from the same resamples."""
    drawn = drawn_units(len(cases), seed).astype(np.float64)
    of_cases = drawn @ cases
    ratios = (drawn @ hits.T)[of_cases > 0] / of_cases[of_cases > 0, np.newaxis]
    return tuple(percentiles(column) for column in ratios.T)


def person_interval(false_accepts: NDArray[np.integer], faces: NDArray[np.integer], *, seed: int = 0) -> Interval:
    """Return the percentile interval of a false accept rate over resampled people.

    false_accepts (p, p) counts the accepted pairs of faces of every two people, each pair on one side of the diagonal
    only. faces (p,) counts the faces of each person. A person drawn twice makes no pair with themselves.
    """
    first, second = np.nonzero(false_accepts)  # sparse: few of very many pairs are accepted
    accepted = false_accepts[first, second]
    rates = []
    for drawn in drawn_units(len(faces), seed):
        of_person = drawn * faces
        pairs = (of_person.sum() ** 2 - (of_person**2).sum()) / 2
        if pairs > 0:
            rates.append(float((drawn[first] * drawn[second]) @ accepted) / pairs)
    return percentiles(rates)


def drawn_units(units: int, seed: int) -> NDArray[np.int64]:
    """Return how often each resample draws each unit, (RESAMPLES + 1, units); the first draws every unit once."""
    random = np.random.default_rng(seed)
    drawn = random.multinomial(units, np.full(units, 1 / units), size=RESAMPLES)
    return np.concatenate([np.ones((1, units), dtype=np.int64), drawn])


def percentiles(values: Sequence[float] | NDArray[np.float64]) -> Interval:
    """Return the interval that holds the middle 95 % of the values."""
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
