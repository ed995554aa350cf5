"""Bootstrap confidence intervals of verification scores: the whole protocol on resampled people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.evaluate.bootstrap import Interval, drawn_units, percentiles
from recog.evaluate.photo_pairs import Rows
from recog.evaluate.roc import (
    Bools,
    Floats,
    Weights,
    accepted,
    accuracy,
    area,
    best_threshold,
    check_pairs,
    equal_error,
    roc_curve,
    threshold_at_far,
    val_at,
)

GRID = 61
"""Number of false accept rates of the band, evenly spaced in their logarithm."""


@dataclass(frozen=True, slots=True)
class PairIntervals:
    """95 % intervals over resampled people; val and measured_far have one per wanted false accept rate."""

    accuracy: Interval
    auc: Interval
    eer: Interval
    val: tuple[Interval, ...]
    measured_far: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class RocBand:
    """The ROC of all pairs together, VAL at rising FARs, and the 95 % interval of each VAL over resampled people."""

    far: tuple[float, ...]
    val: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def pair_intervals(
    distances: NDArray[np.floating],
    same: Bools,
    fold: Rows,
    people: tuple[Rows, Rows],
    *,
    fars: Sequence[float],
    seed: int = 0,
) -> tuple[PairIntervals, RocBand]:
    """Resample people and score their pairs by the same ten folds; people are those on the left and on the right.

    A person drawn k times brings each same pair k times, and each different pair with a person drawn m times k m times
    (the bootstrap of a graph's vertices: Snijders, Borgatti 1999). A person in only one pair is resampled together with
    their partner, so pairs that share nobody are resampled as pairs. The intervals include the effect of the people on
    the thresholds. Folds that a resample leaves without one kind of pair do not count. The original pairs count as one
    resample.

    Raises:
        ValueError: no resample leaves a fold with pairs of both kinds inside and outside.
    """
    check_pairs(distances, same)
    order = np.argsort(distances, kind="stable")
    distances, same, fold = distances[order].astype(np.float64), same[order], fold[order]
    left, right = _units(people[0][order], people[1][order])
    grid = np.geomspace(1 / max(2, int(np.count_nonzero(~same))), 1.0, GRID)
    rows: list[list[float]] = []
    curves: list[Floats] = []
    for drawn in drawn_units(int(max(left.max(), right.max())) + 1, seed):
        weights = np.where(left == right, drawn[left], drawn[left] * drawn[right])
        kept = weights > 0
        if not (same & kept).any() or not (~same & kept).any():
            continue
        curve = roc_curve(distances[kept], same[kept], weights[kept])
        scores = fold_means(distances[kept], same[kept], fold[kept], weights[kept], fars)
        if scores is not None:
            rows.append([area(curve), equal_error(curve), *scores])
            curves.append(val_at(curve, grid))
    if not rows:
        raise ValueError("no fold has pairs of both kinds inside and outside")
    auc, eer, right_share, *rates = (percentiles(list(column)) for column in zip(*rows, strict=True))
    low, high = np.array([percentiles(list(column)) for column in zip(*curves, strict=True)]).T
    whole = roc_curve(distances, same)
    return (
        PairIntervals(right_share, auc, eer, tuple(rates[: len(fars)]), tuple(rates[len(fars) :])),
        RocBand(tuple(grid.tolist()), tuple(val_at(whole, grid).tolist()), tuple(low.tolist()), tuple(high.tolist())),
    )


def fold_means(
    distances: NDArray[np.floating], same: Bools, fold: Rows, weights: Weights, fars: Sequence[float]
) -> list[float] | None:
    """Return accuracy, VAL at each FAR and the measured FARs, as means over folds like lfw.ten_folds; weights > 0.

    Return None if no fold has pairs of both kinds inside and outside.
    """
    rows = []
    for number in np.unique(fold):
        test = fold == number
        tested, trained = same[test], same[~test]
        if tested.all() or not tested.any() or trained.all() or not trained.any():
            continue
        threshold = best_threshold(distances[~test], trained, weights[~test])
        others = ~test & ~same
        within = [accepted(distances[test], threshold_at_far(distances[others], far, weights[others])) for far in fars]
        counts = weights[test]
        rows.append(
            [
                accuracy(distances[test], tested, threshold, counts),
                *(float(np.average(each[tested], weights=counts[tested])) for each in within),
                *(float(np.average(each[~tested], weights=counts[~tested])) for each in within),
            ]
        )
    return [float(mean) for mean in np.mean(rows, axis=0)] if rows else None


def _units(left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """Return the two resampling units of each pair, numbered from 0: its people.

    A person who occurs in only one pair is resampled together with their partner.
    """
    _, numbered, pairs = np.unique(np.concatenate([left, right]), return_inverse=True, return_counts=True)
    first, second = np.split(numbered, 2)
    shared = pairs[numbered] > 1
    shared_first, shared_second = np.split(shared, 2)
    units = np.concatenate(
        [np.where(shared_first, first, second), np.where(shared_second | ~shared_first, second, first)]
    )
    _, renumbered = np.unique(units, return_inverse=True)
    one, other = np.split(renumbered, 2)
    return one, other
