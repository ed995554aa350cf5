"""Assignment of faces to existing groups, which do not change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.cluster.agglomerate import SAME_PHOTO
from recog.cluster.likelihood import Linkage
from recog.types import Distances, Embeddings

ENTRIES = 1 << 24
"""Linkages that are held in memory at once."""

SUMMED_AT_ONCE = 1 << 20
"""Rows that are summed up at once: 512 MB of 128 dimensions."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Means (g, dim) and sizes (g,) of groups, and the largest linkage at which each takes a probe, (g,)."""

    means: Embeddings
    sizes: Rows
    limits: NDArray[np.float64]


def join(
    probes: Embeddings,
    members: Embeddings,
    groups: Rows,
    linkage: Linkage,
    *,
    photos: tuple[Rows, Rows] | None = None,
    lone_margin: float = 0.0,
) -> tuple[Rows, Distances]:
    """Find the group nearest to each probe by linkage: groups (p,), linkages (p,).

    groups: (n,) the group of each of (n, dim) members, negative for none. A probe gets -1 if no group is within the
    threshold, with the linkage all the same (infinite if there is no group). Ties go to the smaller number.

    photos: (p,) and (n,) photo of each probe and member. Faces of one photo count as farther apart (see SAME_PHOTO).
    If several probes of one photo choose one group, the nearest joins and the others choose again. lone_margin: how
    much nearer than the threshold a group of one member must be.
    """
    grouped = groups >= 0
    names, places, sizes = np.unique(groups[grouped], return_inverse=True, return_counts=True)
    homes = np.full(len(probes), -1, np.int64)
    linkages = np.full(len(probes), np.inf, np.float32)
    if not names.size:
        return homes, linkages
    limits = np.where(sizes == 1, linkage.threshold - lone_margin, linkage.threshold)
    to_join = _Groups(means_of(members[grouped], places, sizes), sizes, limits)
    own, others = (np.arange(len(probes)), np.empty(0, np.int64)) if photos is None else (photos[0], photos[1][grouped])
    held = places[: len(others)]
    asked = np.arange(len(probes))
    while asked.size:
        found, linkages[asked] = _nearest(probes[asked], to_join, linkage, _together(own[asked], others, held))
        joins = found >= 0
        homes[asked] = np.where(joins, names[found], -1)
        asked, found = asked[joins], found[joins]
        first = _first_of_each(own[asked], found, linkages[asked])
        others, held = np.concatenate([others, own[asked[first]]]), np.concatenate([held, found[first]])
        asked = np.delete(asked, first)
    return homes, linkages


def means_of(members: Embeddings, places: Rows, sizes: Rows) -> Embeddings:
    """Return the mean vector of each group, (g, dim); places: (n,) the group of each member, 0 to g - 1; sizes (g,)."""
    sums = sums_of(members, np.argsort(places, kind="stable"), sizes)
    means: Embeddings = np.divide(sums, sizes[:, np.newaxis].astype(np.float32))
    return means


def sums_of(members: Embeddings, order: Rows, sizes: Rows) -> Embeddings:
    """Return the sum of each group, (g, dim); order: rows of members, group by group, sizes (g,).

    Members may be mapped from a file: few are in memory at once, unless a group is larger than that.
    """
    ends = np.cumsum(sizes)
    sums = np.empty((len(sizes), members.shape[1]), np.float32)
    first = 0
    while first < len(sizes):
        start = ends[first] - sizes[first]
        last = max(first + 1, int(np.searchsorted(ends, start + SUMMED_AT_ONCE, side="right")))
        some = members[order[start : ends[last - 1]]]
        sums[first:last] = np.add.reduceat(some, ends[first:last] - sizes[first:last] - start, axis=0)
        first = last
    return sums


def _nearest(
    probes: Embeddings, groups: _Groups, linkage: Linkage, together: tuple[Rows, Rows]
) -> tuple[Rows, Distances]:
    """Return the place of each probe's nearest group, (p,), -1 if none is near enough, and its linkage, (p,).

    together: probes (t,) and groups (t,) that share a photo.
    """
    norms, one = np.einsum("gd,gd->g", groups.means, groups.means, dtype=np.float64), np.ones(1)
    sizes = groups.sizes.astype(np.float64)
    # A linkage is linear in the product, so it is computed for two products instead of for each pair.
    base, at_one = (linkage(one, sizes, one, norms, np.full(len(sizes), product)) for product in (0.0, 1.0))
    found = np.empty(len(probes), np.int64)
    linkages = np.empty(len(probes), np.float32)
    at, to = together
    step = max(1, ENTRIES // len(sizes))
    for start in range(0, len(probes), step):
        products = probes[start : start + step] @ groups.means.T
        inside = (at >= start) & (at < start + step)
        near = base + (at_one - base) * np.minimum(products, 1.0)
        farther = np.zeros(near.shape, np.bool_)
        farther[at[inside] - start, to[inside]] = True
        near[farther] += SAME_PHOTO * linkage.threshold
        best = (near - groups.limits).argmin(axis=1)
        least = near[np.arange(len(best)), best]
        found[start : start + step] = np.where(least <= groups.limits[best], best, -1)
        linkages[start : start + step] = least
    return found, linkages


def _together(photos: Rows, others: Rows, held: Rows) -> tuple[Rows, Rows]:
    """Pair each row of photos (p,) with the groups, held (m,), that have a face in the same photo, others (m,)."""
    order = np.argsort(others, kind="stable")
    start = np.searchsorted(others[order], photos, side="left")
    count = np.searchsorted(others[order], photos, side="right") - start
    at = np.repeat(np.arange(len(photos)), count)
    within = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    return at, held[order[start[at] + within]]


def _first_of_each(photos: Rows, found: Rows, linkages: Distances) -> Rows:
    """Choose, of the rows (r,) of one photo and group, the one with the least linkage; ties go to the first."""
    order = np.lexsort((linkages, found, photos))
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(photos[order]) != 0) | (np.diff(found[order]) != 0)
    return np.sort(order[new])
