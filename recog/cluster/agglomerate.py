"""Agglomerative clustering over a sparse graph: merge clusters, nearest pairs first, until none is near enough.

The mean squared distance between the members of two clusters of unit vectors A and B is 2 - 2 mA.mB, with mA and mB
their means (not scaled to unit length). So one vector represents a cluster, and a linkage (see `likelihood`) costs one
product, however large the clusters are. Average linkage is reducible (Bruynooghe 1977): a merged cluster is never
nearer to a third one than the nearer of its two parts was. Hence all pairs of mutual nearest neighbours may merge at
the same time with the same result as one by one, and a cluster without a neighbour within the threshold is finished.
A linkage by likelihood is not reducible: a merged cluster may be near a third one that was near neither part. So its
result depends on this order of merges, and neighbours are searched again after clusters have grown (see `linkage`).

Departure: a cluster of at least LARGE faces takes in several small clusters at the same time if it is their nearest. A
person with 50,000 photos would otherwise need nearly as many rounds.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recog.cluster.graph import Block, Edges, Keep, near_blocks, near_pairs
from recog.cluster.likelihood import Linkage
from recog.types import Distances, Embeddings

SAME_PHOTO = 0.5
"""Penalty for two clusters if every face of the smaller one shares a photo with the other: this share of the threshold.

Two faces of one photo are rarely one person. The penalty is scaled by the share of faces in shared photos, not by the
share of pairs, because brothers are in many photos together, and these are few of the pairs of two large clusters. It
does not forbid a merge, because mirrors, collages and photos of photos show one person twice; such faces are so close
that they stay within the threshold in spite of it."""
LARGE = 64
"""Number of faces from which a cluster takes in several small clusters (of fewer faces) at a time."""
INTAKE = 0.25
"""Share of its own size that a large cluster takes in at a time, so that its mean and linkages hardly change."""
CHUNK = 131_072
"""Edges whose linkage is computed at once; bounds the memory."""

Rows = NDArray[np.int64]


class Clusters:
    """Clusters of rows that merge step by step; a cluster is identified by its smallest row, its root."""

    def __init__(
        self,
        sums: Embeddings,
        linkage: Linkage,
        *,
        sizes: Rows | None = None,
        norms: NDArray[np.float64] | None = None,
    ) -> None:
        """Start with one cluster for each row of (n, dim) unit embeddings, a copy of which is changed in place.

        If rows are clusters: sums (n, dim) of their faces, sizes (n,), and norms (n,), squared lengths of their means.
        """
        self._linkage = linkage
        self._sums = sums
        self._sizes = np.ones(len(sums), np.int64) if sizes is None else sizes
        self._norms = np.ones(len(sums)) if norms is None else norms
        self._parents = np.arange(len(sums))

    def part(self, roots: Rows) -> "Clusters":
        """Return the clusters with these roots, (c,), alone, as rows 0 to c - 1."""
        return Clusters(self._sums[roots], self._linkage, sizes=self._sizes[roots], norms=self._norms[roots])

    def take_over(self, part: "Clusters", roots: Rows) -> None:
        """Take over what was merged in the part with these roots, (c,), ascending."""
        self._sums[roots], self._sizes[roots], self._norms[roots] = part.state
        self._parents[roots] = roots[part.roots()]

    @property
    def state(self) -> tuple[Embeddings, Rows, NDArray[np.float64]]:
        """Sums (n, dim), sizes (n,) and squared lengths of the means (n,) of all rows; those of roots count."""
        return self._sums, self._sizes, self._norms

    def roots(self) -> Rows:
        """Return the root of each row's cluster, (n,)."""
        while not np.array_equal(above := self._parents[self._parents], self._parents):
            self._parents = above
        return self._parents.copy()

    def means(self, roots: Rows) -> Embeddings:
        """Return the mean vectors, (c, dim), of the clusters with these roots, (c,)."""
        sizes = self._sizes[roots].astype(np.float32)
        means: Embeddings = np.divide(self._sums[roots], sizes[:, np.newaxis])
        return means

    @property
    def dim(self) -> int:
        """Dimensions of a row."""
        return int(self._sums.shape[1])

    def sizes(self, roots: Rows) -> Rows:
        """Return the numbers of faces, (c,), of the clusters with these roots, (c,)."""
        return self._sizes[roots]

    def merge_same(self, photos: Rows) -> None:
        """Merge equal rows of different photos (n,); call it before any other merge."""
        rows, twins = _equal_rows(self._sums)
        order = np.lexsort((rows, photos[rows], twins))
        rows, twins = rows[order], twins[order]
        first = np.ones(len(rows), np.bool_)
        first[1:] = (np.diff(twins) != 0) | (np.diff(photos[rows]) != 0)
        gone, kept = rows[first], twins[first]
        gone, kept = gone[gone != kept], kept[gone != kept]
        one = np.ones(1)
        if not gone.size or self._linkage(one, one, one, one, one)[0] > self._linkage.threshold:
            return
        np.add.at(self._sizes, kept, 1)
        grown = np.unique(kept)
        self._sums[grown] *= self._sizes[grown, np.newaxis].astype(np.float32)
        self._parents[gone] = kept

    def near(self, alive: Rows, *, k: int, among: Rows, seed: int) -> Edges:
        """Return the pairs within the threshold, as positions in alive (ascending roots).

        At least one end of each pair is at a position in among.
        """
        within, mergeable = self._bounds(alive)
        return near_pairs(self.means(alive), k=k, within=within, seed=seed, among=among, keep=mergeable)

    def near_blocks(self, alive: Rows, means: Embeddings, *, k: int, among: Rows, seed: int) -> Iterator[Block]:
        """Yield the same pairs block by block; means: (c, dim) of alive, which may be mapped from a file."""
        within, mergeable = self._bounds(alive)
        return near_blocks(means, k=k, within=within, seed=seed, among=among, keep=mergeable)

    def _bounds(self, alive: Rows) -> tuple[Distances, Keep]:
        """Return the reach of each cluster, (c,), and whether pairs of positions in alive may merge."""
        sizes = self._sizes[alive].astype(np.float64)
        norms = self._norms[alive]

        def mergeable(left: Rows, right: Rows, products: Distances) -> NDArray[np.bool_]:
            linkages = self._linkage(sizes[left], sizes[right], norms[left], norms[right], products)
            return np.asarray(linkages <= self._linkage.threshold)

        return np.where(sizes > 1, self._linkage.reach, self._linkage.reach_of_one).astype(np.float32), mergeable

    def merge_near(self, left: Rows, right: Rows, same_photo: Rows, *, limit: float | None = None) -> int:
        """Merge along edges until no edge's linkage is within the limit; returns the number of merges.

        left < right are roots of clusters, each pair once. same_photo counts the face pairs of the two clusters that
        share a photo. Ties go to the smaller rows. limit: by default the threshold.
        """
        limit = self._linkage.threshold if limit is None else limit
        linkage = self.linkages(left, right, same_photo)
        merges = 0
        while True:
            near = linkage <= limit
            unfinished = np.zeros(len(self._sizes), bool)
            unfinished[left[near]] = unfinished[right[near]] = True
            keep = unfinished[left] & unfinished[right]
            left, right, same_photo, linkage = left[keep], right[keep], same_photo[keep], linkage[keep]
            if not left.size:
                return merges
            kept, gone = self._merging(left, right, linkage, limit)
            merges += len(kept)
            np.add.at(self._sums, kept, self._sums[gone])
            np.add.at(self._sizes, kept, self._sizes[gone])
            self._parents[gone] = kept
            grown = np.unique(kept)
            means = self.means(grown)
            self._norms[grown] = np.einsum("cd,cd->c", means, means)

            changed = np.zeros(len(self._sizes), bool)
            changed[kept] = changed[gone] = True
            touched = changed[left] | changed[right]
            a, b, pairs = self._contracted(left[touched], right[touched], same_photo[touched])
            left, right = np.concatenate([left[~touched], a]), np.concatenate([right[~touched], b])
            same_photo = np.concatenate([same_photo[~touched], pairs])
            linkage = np.concatenate([linkage[~touched], self.linkages(a, b, pairs)])

    def _merging(self, left: Rows, right: Rows, linkage: Distances, limit: float) -> tuple[Rows, Rows]:
        """Choose the merges among edges within the threshold: mutual nearest neighbours, and intake of large clusters.

        Returns the clusters that stay, (m,), with repetitions, and those that are merged into them, (m,), each once. No
        cluster is in both.
        """
        near = np.flatnonzero(linkage <= limit)
        best_of = np.full(len(self._sizes), np.inf, np.float32)
        np.minimum.at(best_of, left[near], linkage[near])
        np.minimum.at(best_of, right[near], linkage[near])
        near = near[linkage[near] <= np.maximum(best_of[left[near]], best_of[right[near]])]  # the nearest of one end
        order = near[np.lexsort((right[near], left[near], linkage[near]))]
        ends = np.stack([left[order], right[order]], axis=1)
        nearest = np.full(len(self._sizes), -1)
        # An assignment to repeated positions keeps the last value, so backwards it keeps each cluster's best edge.
        nearest[ends.ravel()[::-1]] = np.repeat(np.arange(len(order)), 2)[::-1]
        best = nearest[ends] == np.arange(len(order))[:, np.newaxis]
        mutual = best.all(axis=1)
        kept, gone = ends[mutual, 0], ends[mutual, 1]

        one_sided = best[:, 0] ^ best[:, 1]
        small = np.where(best[one_sided, 0], ends[one_sided, 0], ends[one_sided, 1])
        large = np.where(best[one_sided, 0], ends[one_sided, 1], ends[one_sided, 0])
        settled = np.zeros(len(self._sizes), bool)
        settled[gone] = True
        fits = (self._sizes[large] >= LARGE) & (self._sizes[small] < LARGE) & ~settled[large]
        settled[kept] = True
        fits &= ~settled[small]
        large, small = self._intake(large[fits], small[fits])
        return np.concatenate([kept, large]), np.concatenate([gone, small])

    def _intake(self, large: Rows, small: Rows) -> tuple[Rows, Rows]:
        """Select the small clusters, sorted nearest first, that each large cluster takes in at a time."""
        by_large = np.argsort(large, kind="stable")
        large, small = large[by_large], small[by_large]
        taken = np.cumsum(self._sizes[small])
        before = np.concatenate([[0], taken])[np.searchsorted(large, large)]
        room = taken - before <= INTAKE * self._sizes[large]
        return large[room], small[room]

    def _contracted(self, left: Rows, right: Rows, same_photo: Rows) -> tuple[Rows, Rows, Rows]:
        """Return the edges between the current clusters, with parallel edges combined and loops removed."""
        left, right = self._parents[left], self._parents[right]
        apart = left != right
        return combined(left[apart], right[apart], same_photo[apart], rows=len(self._sizes))

    def linkages_of(self, left: Rows, right: Rows, products: Distances) -> Distances:
        """Return the linkage, without penalties, of pairs of clusters with these products of their means, (e,)."""
        sizes, others = self._sizes[left].astype(np.float64), self._sizes[right].astype(np.float64)
        return self._linkage(sizes, others, self._norms[left], self._norms[right], np.minimum(products, 1.0))

    def linkages_to_one(self, roots: Rows, products: Distances) -> Distances:
        """Return the linkage of single faces and the clusters with these roots, with products, (e,) each."""
        one = np.ones(1)
        sizes = self._sizes[roots].astype(np.float64)
        return self._linkage(one, sizes, one, self._norms[roots], np.minimum(products, 1.0))

    def linkages(self, left: Rows, right: Rows, same_photo: Rows) -> Distances:
        """Return the linkage of each pair of clusters, (e,), with penalties."""
        linkages = np.empty(len(left), np.float32)
        penalty = SAME_PHOTO * self._linkage.threshold
        for start in range(0, len(left), CHUNK):
            one, other, together = (rows[start : start + CHUNK] for rows in (left, right, same_photo))
            sizes, others = self._sizes[one].astype(np.float64), self._sizes[other].astype(np.float64)
            products = np.einsum("ed,ed->e", self._sums[one], self._sums[other])
            products = np.minimum(products / (sizes * others), 1.0)
            near = self._linkage(sizes, others, self._norms[one], self._norms[other], products)
            linkages[start : start + CHUNK] = near + penalty * np.minimum(together / np.minimum(sizes, others), 1.0)
        return linkages


def _equal_rows(vectors: Embeddings) -> tuple[Rows, Rows]:
    """Return the rows that have an equal, (r,), and the smallest row that equals each, (r,)."""
    by_first = np.argsort(vectors[:, 0], kind="stable")
    tied = np.diff(vectors[by_first, 0]) == 0
    rows = np.sort(by_first[np.append(tied, False) | np.insert(tied, 0, False)]) if len(vectors) else by_first
    whole = np.ascontiguousarray(vectors[rows]).view(np.dtype((np.void, vectors.itemsize * vectors.shape[1])))[:, 0]
    _, smallest, places, counts = np.unique(whole, return_index=True, return_inverse=True, return_counts=True)
    several = counts[places] > 1
    return rows[several], rows[smallest[places]][several]


def combined(left: Rows, right: Rows, weights: Rows, *, rows: int) -> tuple[Rows, Rows, Rows]:
    """Return the edges with left < right, each pair once and ascending; weights of parallel edges are added."""
    keys, places = np.unique(np.minimum(left, right) * rows + np.maximum(left, right), return_inverse=True)
    totals = np.bincount(places, weights=weights, minlength=len(keys)).astype(np.int64)
    return keys // rows, keys % rows, totals
