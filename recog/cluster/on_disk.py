"""Identity clusters of more faces than fit into memory: the method of `linkage`, piece by piece.

The embeddings and the sums of clusters are mapped from files, and neighbour edges are written to a file as they are
found. Each round clusters the connected components of the edges one after another (see `pieces`); the next round finds
the neighbours of the clusters' means. Memory holds a few numbers a face, and one piece: see
docs/decisions/clusters-on-disk.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.cluster.agglomerate import SAME_PHOTO, Clusters, Rows, combined
from recog.cluster.graph import Block, near_blocks
from recog.cluster.labels import checked_rows, numbered
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import K_NEIGHBOURS, LONE_MARGIN, pairs_within_photos
from recog.cluster.near_homes import Candidates, Photos, nearest_homes
from recog.cluster.pieces import EdgeFile, Pieces, batched, edges_by_batch, pieces
from recog.cluster.scratch import BLOCK, array_on_disk, copied
from recog.types import Distances, Embeddings

MOST_NODES = 200_000
"""Faces, or clusters of a later round, that are clustered at once: with all their edges they take about 2 GB."""


def identity_clusters_on_disk(
    embeddings: Embeddings,
    linkage: Linkage,
    *,
    folder: Path,
    photo_ids: NDArray[np.int64] | None = None,
    may_found: NDArray[np.bool_] | None = None,
    may_join: NDArray[np.bool_] | None = None,
    k_neighbours: int = K_NEIGHBOURS,
    seed: int = 0,
    most: int = MOST_NODES,
) -> NDArray[np.int64]:
    """Return the labels, (n,), that `identity_clusters` returns, up to the order of some merges.

    embeddings may be mapped from a file. folder: where files without a name take about 2.7 KB a face for a moment.
    most: nodes that are clustered at once.
    """
    embeddings = checked_rows(embeddings)
    count = len(embeddings)
    founders = np.arange(count) if may_found is None else np.flatnonzero(may_found)
    photos = None if photo_ids is None else photo_ids[founders]
    clusters = Clusters(copied(folder, embeddings, founders), linkage)
    work = _Work(clusters, linkage, photos, folder, k_neighbours, seed, most)
    work.merge()
    roots = np.arange(count)
    roots[founders] = founders[clusters.roots()]
    if may_found is not None:
        joiners = np.flatnonzero(~may_found if may_join is None else ~may_found & may_join)
        homes = work.homes(embeddings, joiners, None if photo_ids is None else photo_ids[joiners])
        at_home = homes >= 0
        roots[joiners[at_home]] = founders[homes[at_home]]
    return numbered(roots)


@dataclass(frozen=True, slots=True)
class _Work:
    """One clustering. photos: (n,) of the rows of clusters."""

    clusters: Clusters
    linkage: Linkage
    photos: Rows | None
    folder: Path
    k: int
    seed: int
    most: int

    def merge(self) -> None:
        """Merge until no two clusters are near, as `linkage` does."""
        clusters = self.clusters
        before = clusters.roots()
        clusters.merge_same(before if self.photos is None else self.photos)
        alive = np.unique(clusters.roots())
        means = self._means(alive)
        blocks = near_blocks(means, k=self.k, within=self.linkage.threshold, seed=self.seed)
        while True:
            edges, crowded = self._stored(blocks, alive)
            self._merge_along(edges)
            after = clusters.roots()
            grown = np.unique(after[before != after])
            if not grown.size:
                return
            alive = np.unique(after)
            among = np.flatnonzero(np.isin(alive, np.concatenate([grown, after[crowded]])))
            means = self._means(alive)
            blocks = clusters.near_blocks(alive, means, k=self.k, among=among, seed=self.seed)
            before = after

    def homes(self, embeddings: Embeddings, joiners: Rows, photos: Rows | None) -> Rows:
        """Return the root of the cluster that each of some rows of embeddings, (j,), joins, -1 for none.

        photos: (j,) of the joiners.
        """
        alive = np.unique(self.clusters.roots())
        stacked = array_on_disk(self.folder, (len(alive) + len(joiners), embeddings.shape[1]), np.float32)
        for start in range(0, len(joiners), BLOCK):
            rows = joiners[start : start + BLOCK]
            stacked[len(alive) + start : len(alive) + start + len(rows)] = embeddings[rows]
        self._fill(stacked, alive)
        sizes = self.clusters.sizes(alive)
        limits = np.where(sizes == 1, self.linkage.threshold - LONE_MARGIN, self.linkage.threshold)
        near = self._near_groups(stacked, alive, limits)
        if photos is None or self.photos is None:
            chosen = nearest_homes(near, limits, len(joiners))
        else:
            shared = Photos.of_faces(photos, self.photos, np.searchsorted(alive, self.clusters.roots()))
            penalty = SAME_PHOTO * self.linkage.threshold
            chosen = nearest_homes(near, limits, len(joiners), photos=shared, penalty=penalty)
        return np.where(chosen >= 0, alive[chosen], -1)

    def _near_groups(self, stacked: Embeddings, alive: Rows, limits: NDArray[np.float64]) -> Candidates:
        """Find the clusters near each joiner; stacked: the means of alive, (c, dim), then the joiners."""
        count = len(alive)

        def takes(_ends: Rows, others: Rows, products: Distances) -> NDArray[np.bool_]:
            taken = others < count
            groups = others[taken]
            taken[taken] = self.clusters.linkages_to_one(alive[groups], products[taken]) <= limits[groups]
            return taken

        # The nearest by mean distance would be single faces: means of clusters are short, and clusters take more in.
        everybody, joiners = len(stacked), np.arange(count, len(stacked))
        blocks = near_blocks(stacked, k=everybody, within=self.linkage.reach, seed=self.seed, among=joiners, keep=takes)
        found = [(block.ends - count, block.others, block.products) for block in blocks]
        none = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
        at, to, products = (np.concatenate([each[place] for each in [none, *found]]) for place in range(3))
        return Candidates(at, to, self.clusters.linkages_to_one(alive[to], products))

    def _stored(self, blocks: Iterator[Block], alive: Rows) -> tuple[EdgeFile, Rows]:
        """Write edges to a file as they are found; return it, with the roots that had too many neighbours."""
        edges, crowds = EdgeFile(self.folder), [np.empty(0, np.int64)]
        for block in blocks:
            left, right = alive[np.minimum(block.ends, block.others)], alive[np.maximum(block.ends, block.others)]
            edges.append(left, right, self.clusters.linkages_of(left, right, block.products))
            crowds.append(alive[block.crowded])
        return edges, np.unique(np.concatenate(crowds))

    def _merge_along(self, edges: EdgeFile) -> None:
        """Merge along edges, piece by piece; edges that were left out of pieces are tried afterwards."""
        count, by_distance = len(self.clusters.roots()), True
        try:
            while True:
                found = pieces(edges, count, most=self.most, by_distance=by_distance)
                merges = self._merge_pieces(edges, found)
                if found.whole or not (merges or by_distance):
                    return
                if merges:
                    edges = self._contracted(edges)
                else:
                    by_distance = False
        finally:
            edges.close()

    def _merge_pieces(self, edges: EdgeFile, found: Pieces) -> int:
        """Merge the nodes of each piece; returns the number of merges."""
        roots = self.clusters.roots()
        batches, limits = batched(found, self.most)
        stored, borders = edges_by_batch(self.folder, edges, batches, found)
        nodes, node_ends = _by_batch(batches, len(limits))
        rows, row_ends = _by_batch(batches[roots], len(limits))
        merges = 0
        for batch, limit in enumerate(limits.tolist()):
            own = nodes[node_ends[batch] : node_ends[batch + 1]]
            part = self.clusters.part(own)
            some = stored[borders[batch] : borders[batch + 1]]
            left, right = np.searchsorted(own, some["left"]), np.searchsorted(own, some["right"])
            members = rows[row_ends[batch] : row_ends[batch + 1]]
            one, other = self._in_one_photo(members, roots, found, own)
            weights = np.concatenate([np.zeros(len(left), np.int64), np.ones(len(one), np.int64)])
            along = combined(np.concatenate([left, one]), np.concatenate([right, other]), weights, rows=len(own))
            merges += part.merge_near(*along, limit=min(limit, self.linkage.threshold))
            self.clusters.take_over(part, own)
        return merges

    def _in_one_photo(self, members: Rows, roots: Rows, found: Pieces, own: Rows) -> tuple[Rows, Rows]:
        """Return the pairs of nodes, as positions in own, for each two faces in one photo that are in one piece."""
        if self.photos is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        one, other = pairs_within_photos(self.photos[members])
        left, right = roots[members[one]], roots[members[other]]
        apart = (left != right) & (found.of[left] == found.of[right])
        return np.searchsorted(own, left[apart]), np.searchsorted(own, right[apart])

    def _contracted(self, edges: EdgeFile) -> EdgeFile:
        """Return the edges between the clusters there are now, and close the old ones."""
        roots, kept = self.clusters.roots(), EdgeFile(self.folder)
        for block in edges.blocks():
            left, right = roots[block["left"]], roots[block["right"]]
            apart = left != right
            none = np.zeros(int(apart.sum()), np.int64)
            left, right, none = combined(left[apart], right[apart], none, rows=len(roots))
            kept.append(left, right, self.clusters.linkages(left, right, none))
        edges.close()
        return kept

    def _means(self, alive: Rows) -> Embeddings:
        """Return the means of clusters, (c, dim), mapped from a file."""
        means = array_on_disk(self.folder, (len(alive), self.clusters.dim), np.float32)
        self._fill(means, alive)
        return means

    def _fill(self, target: Embeddings, alive: Rows) -> None:
        for start in range(0, len(alive), BLOCK):
            some = alive[start : start + BLOCK]
            target[start : start + len(some)] = self.clusters.means(some)


def _by_batch(batches: Rows, count: int) -> tuple[Rows, Rows]:
    """Return the numbers (m,) of all entries of a batch, batch by batch and ascending in each, and the borders."""
    order = np.argsort(batches, kind="stable")
    return order, np.searchsorted(batches[order], np.arange(count + 1))
