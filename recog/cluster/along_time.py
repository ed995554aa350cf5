"""Chains of groups along time: a group is joined to the one that it turns into, by small steps between dated photos.

A child's face of two and of twelve are too far apart for one group, and the faces between them pull the means of large
groups apart. But from one year to the next it changes little. So groups are compared year by year: two groups are
joined if the faces of one year of the first and the faces of the same or the next year of the second are one person's
by the very rule of all groups (see `likelihood`), and only if

* dense: there are at least DENSE faces on both sides of that step;
* never contradicted: every such pair of years meets the rule. Two siblings who are photographed in the same years
  differ in some of them, even if one looks as the other did at that age;
* never seen together: no photo shows both groups, and no user gave them two names or refused one of them the other's;
* unambiguous: no third group that cannot be the same person as the second is nearly as near to the first.

So dates never join two groups of the same years that the rule kept apart, and faces without a date join nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.ageing import YEAR
from recog.cluster.assign import sums_of
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import pairs_within_photos
from recog.types import Embeddings

DENSE = 3
"""Faces that a group must have in a year for a step from it, or to it."""
AMBIGUOUS = 0.15
"""Share of the threshold by which a group must be nearer than another that is a different person: the tie of
recog.identify."""
ENTRIES = 1 << 22
"""Linkages that are held in memory at once."""

Rows = NDArray[np.int64]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Dated:
    """What is known of each face besides its embedding, (n,) each.

    days: proleptic ordinals, 0 for a face without a date. scenes: two faces of one are two people. owners: the
    confirmed person, -1 for none. refused: rows, with people whom a user said that they are not.
    """

    days: Rows
    scenes: Rows
    owners: Rows
    refused: tuple[Pair, ...] = ()


def joined_along_time(embeddings: Embeddings, labels: Rows, dated: Dated, linkage: Linkage) -> Rows:
    """Return labels, (n,), in which groups that are one person along time have the smallest label among them.

    embeddings: (n, dim), may be mapped from a file. labels: (n,), -1 for a face in no group. Without dates they are
    returned as they are. The order of the faces does not matter.
    """
    years = _years_of(embeddings, labels, dated.days)
    if len(years) < 2:
        return labels
    apart = _Apart(labels, dated, years.keys())
    joined = {group: group for group in years}
    while steps := _steps(years, apart, linkage):
        for kept, gone in steps:
            years[kept] = years[kept].with_those_of(years.pop(gone))
            apart.join(kept, gone)
            joined = {group: kept if into == gone else into for group, into in joined.items()}
    becomes = np.arange(int(labels.max()) + 1)
    becomes[list(joined)] = list(joined.values())
    return np.where(labels >= 0, becomes[labels], -1)


@dataclass(frozen=True, slots=True)
class _Years:
    """The years of a group, (y,) ascending, with sums (y, dim) and numbers (y,) of the faces of each."""

    years: Rows
    sums: Embeddings
    sizes: Rows

    def with_those_of(self, other: "_Years") -> "_Years":
        """Return the years of both groups together."""
        years, places = np.unique(np.concatenate([self.years, other.years]), return_inverse=True)
        sums = np.zeros((len(years), self.sums.shape[1]), np.float32)
        np.add.at(sums, places, np.concatenate([self.sums, other.sums]))
        sizes = np.bincount(places, weights=np.concatenate([self.sizes, other.sizes])).astype(np.int64)
        return _Years(years, sums, sizes)

    @property
    def dense(self) -> "_Years":
        """The years with at least DENSE faces."""
        some = self.sizes >= DENSE
        return _Years(self.years[some], self.sums[some], self.sizes[some])

    def linkages(self, others: "_Years", linkage: Linkage) -> NDArray[np.floating]:
        """Return the linkage of each year to each of the others, (y, o)."""
        means, other_means = (one.sums / one.sizes[:, np.newaxis].astype(np.float32) for one in (self, others))
        norms, other_norms = (np.einsum("yd,yd->y", one, one, dtype=np.float64) for one in (means, other_means))
        sizes = self.sizes[:, np.newaxis].astype(np.float64)
        products = np.minimum(means @ other_means.T, 1.0)
        return linkage(sizes, others.sizes.astype(np.float64), norms[:, np.newaxis], other_norms, products)


class _Apart:
    """Which groups are different people: seen in one photo, or by what users said."""

    def __init__(self, labels: Rows, dated: Dated, groups: Iterable[int]) -> None:
        wanted = np.isin(labels, list(groups))
        rows = np.flatnonzero(wanted)
        one, other = (labels[rows[side]] for side in pairs_within_photos(dated.scenes[rows]))
        self._together: defaultdict[int, set[int]] = defaultdict(set)
        for left, right in np.unique(np.stack([one, other], axis=1), axis=0).tolist():
            if left != right:
                self._together[left].add(right)
                self._together[right].add(left)
        self._owners: defaultdict[int, set[int]] = defaultdict(set)
        for row in np.flatnonzero(wanted & (dated.owners >= 0)).tolist():
            self._owners[int(labels[row])].add(int(dated.owners[row]))
        self._refused: defaultdict[int, set[int]] = defaultdict(set)
        for row, person in dated.refused:
            if wanted[row]:
                self._refused[int(labels[row])].add(person)

    def __call__(self, one: int, other: int) -> bool:
        owners, others = self._owners[one], self._owners[other]
        told = len(owners | others) > 1 or owners & self._refused[other] or others & self._refused[one]
        return other in self._together[one] or bool(told)

    def join(self, kept: int, gone: int) -> None:
        """Take one group for a part of the other from now on."""
        for facts in (self._owners, self._refused, self._together):
            facts[kept] |= facts.pop(gone, set())
        for others in self._together.values():
            if gone in others:
                others.remove(gone)
                others.add(kept)


def _years_of(embeddings: Embeddings, labels: Rows, days: Rows) -> dict[int, _Years]:
    """Return the years of the groups that have a dense one, by label, ascending."""
    rows = np.flatnonzero((labels >= 0) & (days > 0))
    year = np.floor(days[rows] / YEAR).astype(np.int64)
    base = int(year.max(initial=0)) + 1
    keys = labels[rows] * base + year
    _, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    wanted = np.isin(labels[rows], labels[rows][counts[places] >= DENSE])
    rows, keys = rows[wanted], keys[wanted]
    if not rows.size:
        return {}
    order = np.lexsort((rows, keys))
    names, sizes = np.unique(keys, return_counts=True)
    sums = sums_of(embeddings, rows[order], sizes)
    groups, starts = np.unique(names // base, return_index=True)
    ends = np.append(starts[1:], len(names))
    return {
        int(group): _Years(names[start:end] % base, sums[start:end], sizes[start:end])
        for group, start, end in zip(groups.tolist(), starts.tolist(), ends.tolist(), strict=True)
    }


def _steps(years: dict[int, _Years], apart: _Apart, linkage: Linkage) -> list[Pair]:
    """Return the pairs of groups to be joined now, the smaller label first; no group is in two of them."""
    dense = {group: own.dense for group, own in years.items()}
    worst: dict[Pair, float] = {}

    def step(one: int, other: int) -> float:
        """Return the largest linkage of the two groups' dense years that are one apart at most; -inf without any."""
        pair = min(one, other), max(one, other)
        if pair not in worst:
            near = np.abs(dense[one].years[:, np.newaxis] - dense[other].years) <= 1
            found = dense[one].linkages(dense[other], linkage)[near] if near.any() else np.empty(0)
            worst[pair] = float(found.max(initial=-np.inf))
        return worst[pair]

    partners: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for one, other in sorted(set(_near(dense, linkage))):
        if not apart(one, other) and step(one, other) <= linkage.threshold:
            partners[one].append((step(one, other), other))
            partners[other].append((step(one, other), one))

    def clear(one: int, other: int) -> bool:
        """Return whether no different person is nearly as near to `one` as `other` is."""
        limit = step(one, other) + AMBIGUOUS * linkage.threshold
        return not any(
            third != other and at <= limit and (apart(other, third) or step(other, third) > linkage.threshold)
            for at, third in partners[one]
        )

    open_to = {
        one: min((found for found in near if clear(one, found[1]) and clear(found[1], one)), default=None)
        for one, near in partners.items()
    }
    best = {one: found[1] for one, found in open_to.items() if found is not None}
    return sorted((one, other) for one, other in best.items() if one < other and best.get(other) == one)


def _near(dense: dict[int, _Years], linkage: Linkage) -> Iterator[Pair]:
    """Yield the pairs of groups with two years, at most one apart, that are one person's by the rule."""
    owners = np.repeat(list(dense), [len(one.years) for one in dense.values()])
    parts = list(dense.values())
    every = _Years(*(np.concatenate([getattr(one, name) for one in parts]) for name in ("years", "sums", "sizes")))
    for year in np.unique(every.years).tolist():
        own, around = np.flatnonzero(every.years == year), np.flatnonzero((every.years - year) // 2 == 0)
        later = _Years(every.years[around], every.sums[around], every.sizes[around])
        for start in range(0, len(own), max(1, ENTRIES // len(around))):
            some = own[start : start + max(1, ENTRIES // len(around))]
            now = _Years(every.years[some], every.sums[some], every.sizes[some])
            at, to = np.nonzero(now.linkages(later, linkage) <= linkage.threshold)
            pairs = np.stack([owners[some[at]], owners[around[to]]], axis=1)
            pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
            yield from map(tuple, np.unique(pairs, axis=0).tolist())
