"""The distances of same and different pairs as two histograms on one axis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.evaluate.roc import Bools

BINS = 80
"""From 0 to 4, each a twentieth wide."""


@dataclass(frozen=True, slots=True)
class DistanceHistogram:
    """Counts of pairs with a squared distance from edges[i] to edges[i + 1]; the last bin includes 4."""

    edges: tuple[float, ...]
    same: tuple[int, ...]
    different: tuple[int, ...]


def distance_histogram(distances: NDArray[np.floating], same: Bools) -> DistanceHistogram:
    """Count the (n,) squared distances, 0 to 4, of each kind of pairs."""
    edges = np.linspace(0.0, 4.0, BINS + 1)
    counts = [np.histogram(distances[kind], bins=edges)[0].tolist() for kind in (same, ~same)]
    return DistanceHistogram(tuple(edges.tolist()), tuple(counts[0]), tuple(counts[1]))
