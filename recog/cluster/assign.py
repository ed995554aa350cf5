"""New faces join the clusters that are, without reshuffling them."""

import numpy as np
from numpy.typing import NDArray

from recog.types import Distances, Embeddings

CHUNK = 4096


def join(
    probes: Embeddings, members: Embeddings, groups: NDArray[np.int64], *, threshold: float
) -> tuple[NDArray[np.int64], Distances]:
    """The group nearest to each probe by mean squared distance to all its members: groups (p,), linkages (p,).

    groups: (n,) the group of each of (n, dim) members; negative ones belong to no group. -1 where no group is within
    the threshold; the linkage is told all the same (infinite where there is no group). Ties go to the smaller number.
    """
    grouped = groups >= 0
    names, places = np.unique(groups[grouped], return_inverse=True)
    homes = np.full(len(probes), -1, np.int64)
    linkages = np.full(len(probes), np.inf, np.float32)
    if not names.size:
        return homes, linkages
    means = _means(members[grouped], places, len(names))
    for start in range(0, len(probes), CHUNK):
        part = slice(start, start + CHUNK)
        squared = 2.0 - 2.0 * probes[part] @ means.T
        nearest = squared.argmin(axis=1)
        linkages[part] = np.clip(squared[np.arange(len(nearest)), nearest], 0.0, 4.0)
        homes[part] = np.where(linkages[part] <= threshold, names[nearest], -1)
    return homes, linkages


def _means(members: Embeddings, places: NDArray[np.int64], count: int) -> Embeddings:
    """Mean vector of each group, (count, dim); places: (n,) the group of each member, 0 to count - 1."""
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(count))
    sums = np.add.reduceat(members[order], starts, axis=0)
    sizes = np.bincount(places, minlength=count).astype(np.float32)
    means: Embeddings = np.divide(sums, sizes[:, np.newaxis])
    return means
