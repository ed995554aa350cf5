"""New faces join the clusters that are, without reshuffling them."""

import numpy as np
from numpy.typing import NDArray

from recog.cluster.likelihood import Linkage
from recog.types import Distances, Embeddings

ENTRIES = 1 << 24
"""Linkages held at once: bounds the memory."""


def join(
    probes: Embeddings, members: Embeddings, groups: NDArray[np.int64], linkage: Linkage
) -> tuple[NDArray[np.int64], Distances]:
    """The group nearest to each lone probe by linkage: groups (p,), linkages (p,).

    groups: (n,) the group of each of (n, dim) members; negative ones belong to no group. -1 where no group is within
    the threshold; the linkage is told all the same (infinite where there is no group). Ties go to the smaller number.
    """
    grouped = groups >= 0
    names, places, sizes = np.unique(groups[grouped], return_inverse=True, return_counts=True)
    homes = np.full(len(probes), -1, np.int64)
    linkages = np.full(len(probes), np.inf, np.float32)
    if not names.size:
        return homes, linkages
    means = _means(members[grouped], places, sizes)
    norms, one = np.einsum("gd,gd->g", means, means, dtype=np.float64), np.ones(1)
    step = max(1, ENTRIES // len(names))
    for start in range(0, len(probes), step):
        part = slice(start, start + step)
        near = linkage(one, sizes.astype(np.float64), one, norms, np.minimum(probes[part] @ means.T, 1.0))
        nearest = near.argmin(axis=1)
        linkages[part] = near[np.arange(len(nearest)), nearest]
        homes[part] = np.where(linkages[part] <= linkage.threshold, names[nearest], -1)
    return homes, linkages


def _means(members: Embeddings, places: NDArray[np.int64], sizes: NDArray[np.int64]) -> Embeddings:
    """Mean vector of each group, (g, dim); places: (n,) the group of each member, 0 to g - 1; sizes (g,)."""
    order = np.argsort(places, kind="stable")
    sums = np.add.reduceat(members[order], np.cumsum(sizes) - sizes, axis=0)
    means: Embeddings = np.divide(sums, sizes[:, np.newaxis].astype(np.float32))
    return means
