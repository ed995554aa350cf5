"""Agglomeration over a sparse graph: merge clusters, nearest pairs first, until none is near enough.

The mean squared distance between all pairs of two clusters of unit vectors A and B is 2 - 2 mA.mB, with mA and mB the
means (not scaled to length one). So one vector stands for a cluster, and a linkage (see `likelihood`) costs one product
however large the clusters are. Average linkage is reducible (Bruynooghe 1977): no merge brings two others nearer than
the nearer of the two was. Hence all pairs that are each other's nearest may merge at the same time, with the same
result as one by one; and a cluster without any neighbour within the threshold is finished for good. A linkage by
likelihood is not: two clusters together may be near to a third to which neither was. So its merges are those of this
order, and who waits for larger clusters is looked for again when they are there (see `linkage`).

Departure: a cluster of LARGE faces and more takes in several small ones that have it as their nearest at the same time,
instead of one after the other. Who has 50,000 photos would else need nearly as many rounds.
"""

import numpy as np
from numpy.typing import NDArray

from recog.cluster.graph import Edges, near_pairs
from recog.cluster.likelihood import Linkage
from recog.types import Distances, Embeddings

SAME_PHOTO = 0.5
"""Share of the threshold by which two clusters count as farther apart where every face of the smaller one is in a photo
with the other: they are rarely one person. Of the share of such faces, not of all pairs: brothers are in many photos
together, and among the pairs of two large clusters these are few. Soft: mirrors, collages and photos of photos show one
person twice, and such faces are within the rest of the threshold."""
LARGE = 64
"""Faces from which a cluster takes in small clusters (those of fewer faces) several at a time."""
INTAKE = 0.25
"""Share of its own size that a large cluster takes in at a time: its mean, so every linkage to it, hardly moves."""
CHUNK = 131_072
"""Edges whose linkage is computed at once: bounds the memory."""

Rows = NDArray[np.int64]


class Clusters:
    """Rows that merge step by step. A cluster is known by its smallest row; sums are over its members' embeddings."""

    def __init__(self, embeddings: Embeddings, linkage: Linkage) -> None:
        """Every row of (n, dim) unit embeddings is a cluster of its own."""
        self._linkage = linkage
        self._sums: Embeddings = embeddings.copy()
        self._norms = np.ones(len(embeddings))  # squared lengths of the means
        self._sizes = np.ones(len(embeddings), np.int64)
        self._parents = np.arange(len(embeddings))

    def roots(self) -> Rows:
        """The cluster of every row: its smallest row, (n,)."""
        while not np.array_equal(above := self._parents[self._parents], self._parents):
            self._parents = above
        return self._parents.copy()

    def means(self, roots: Rows) -> Embeddings:
        """Mean vectors, (c, dim), of the clusters with these smallest rows."""
        sizes = self._sizes[roots].astype(np.float32)
        means: Embeddings = np.divide(self._sums[roots], sizes[:, np.newaxis])
        return means

    def merge_same(self, photos: Rows) -> None:
        """Merge rows that are equal, number for number, and of different photos (n,). Before any other merge."""
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
        """Pairs within the threshold, as places in alive (ascending roots); one of each is at a place among."""
        sizes = self._sizes[alive].astype(np.float64)
        norms = self._norms[alive]

        def mergeable(left: Rows, right: Rows, products: Distances) -> NDArray[np.bool_]:
            linkages = self._linkage(sizes[left], sizes[right], norms[left], norms[right], products)
            return np.asarray(linkages <= self._linkage.threshold)

        within = np.where(sizes > 1, self._linkage.reach, self._linkage.reach_of_one).astype(np.float32)
        return near_pairs(self.means(alive), k=k, within=within, seed=seed, among=among, keep=mergeable)

    def merge_near(self, left: Rows, right: Rows, same_photo: Rows) -> int:
        """Merge along edges until no edge's linkage is within the threshold; how many merges that were.

        left < right: smallest rows of clusters, every pair once. same_photo: face pairs between the two that are of one
        photo. Ties go to the smaller rows.
        """
        linkage = self._linkages(left, right, same_photo)
        merges = 0
        while True:
            near = linkage <= self._linkage.threshold
            unfinished = np.zeros(len(self._sizes), bool)
            unfinished[left[near]] = unfinished[right[near]] = True
            keep = unfinished[left] & unfinished[right]
            left, right, same_photo, linkage = left[keep], right[keep], same_photo[keep], linkage[keep]
            if not left.size:
                return merges
            kept, gone = self._merging(left, right, linkage)
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
            linkage = np.concatenate([linkage[~touched], self._linkages(a, b, pairs)])

    def _merging(self, left: Rows, right: Rows, linkage: Distances) -> tuple[Rows, Rows]:
        """Who takes in whom, among edges within the threshold: pairs nearest to each other, and large clusters' intake.

        (m,) clusters that stay, with repetitions, and (m,) that go, each once; nobody does both.
        """
        near = np.flatnonzero(linkage <= self._linkage.threshold)
        best_of = np.full(len(self._sizes), np.inf, np.float32)
        np.minimum.at(best_of, left[near], linkage[near])
        np.minimum.at(best_of, right[near], linkage[near])
        near = near[linkage[near] <= np.maximum(best_of[left[near]], best_of[right[near]])]  # somebody's nearest
        order = near[np.lexsort((right[near], left[near], linkage[near]))]
        ends = np.stack([left[order], right[order]], axis=1)
        nearest = np.full(len(self._sizes), -1)
        # Of repeated places in an assignment the last stays: backwards, the best edge of every cluster.
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
        """Of the small clusters, nearest first, those that each large one takes in at a time."""
        by_large = np.argsort(large, kind="stable")
        large, small = large[by_large], small[by_large]
        taken = np.cumsum(self._sizes[small])
        before = np.concatenate([[0], taken])[np.searchsorted(large, large)]
        room = taken - before <= INTAKE * self._sizes[large]
        return large[room], small[room]

    def _contracted(self, left: Rows, right: Rows, same_photo: Rows) -> tuple[Rows, Rows, Rows]:
        """The edges between the clusters that now are, parallel ones made one, loops left out."""
        left, right = self._parents[left], self._parents[right]
        apart = left != right
        return combined(left[apart], right[apart], same_photo[apart], rows=len(self._sizes))

    def _linkages(self, left: Rows, right: Rows, same_photo: Rows) -> Distances:
        """The linkage of each pair of clusters, penalties included, (e,)."""
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
    """Rows that another one equals, (r,), and the smallest row that is equal to each, (r,)."""
    by_first = np.argsort(vectors[:, 0], kind="stable")
    tied = np.diff(vectors[by_first, 0]) == 0
    rows = np.sort(by_first[np.append(tied, False) | np.insert(tied, 0, False)]) if len(vectors) else by_first
    whole = np.ascontiguousarray(vectors[rows]).view(np.dtype((np.void, vectors.itemsize * vectors.shape[1])))[:, 0]
    _, smallest, places, counts = np.unique(whole, return_index=True, return_inverse=True, return_counts=True)
    several = counts[places] > 1
    return rows[several], rows[smallest[places]][several]


def combined(left: Rows, right: Rows, weights: Rows, *, rows: int) -> tuple[Rows, Rows, Rows]:
    """Edges with left < right, every pair once and ascending, the weights of parallel ones added."""
    keys, places = np.unique(np.minimum(left, right) * rows + np.maximum(left, right), return_inverse=True)
    totals = np.bincount(places, weights=weights, minlength=len(keys)).astype(np.int64)
    return keys // rows, keys % rows, totals
