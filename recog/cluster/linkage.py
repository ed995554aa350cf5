"""Identity clusters: groups of faces that are probably one person, without a given number of people.

Limit: relatives and small children look alike. With one photo of each person, 136 of 1,221 people of families (FIW)
fall into 61 clusters of at most 8, and none of 231 people of CelebA into any. The rule does not know ages; `recog
people split` and `distinct` are the way out (docs/decisions/lookalikes.md).
"""

import numpy as np
from numpy.typing import NDArray

from recog.cluster.agglomerate import Clusters, Rows, combined
from recog.cluster.assign import join
from recog.cluster.graph import near_pairs
from recog.cluster.labels import checked_rows, numbered
from recog.cluster.likelihood import Linkage
from recog.types import Embeddings

K_NEIGHBOURS = 48
"""Neighbours of a face or cluster in one round; people with more photos merge over several rounds, by the means of
their clusters."""
LONE_MARGIN = 0.05
"""How much nearer than the threshold a poor face must be to join a single good one. Measured on reduced photos of 45
people: a face of 20 to 34 pixels and a large one at 0.05 below the threshold are as surely one person as two large ones
at the threshold."""


def identity_clusters(
    embeddings: Embeddings,
    linkage: Linkage,
    *,
    photo_ids: NDArray[np.int64] | None = None,
    may_found: NDArray[np.bool_] | None = None,
    may_join: NDArray[np.bool_] | None = None,
    k_neighbours: int = K_NEIGHBOURS,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Cluster unit embeddings over their k-NN graph; returns labels (n,), 0 the largest cluster, -1 in no cluster.

    Clusters merge, nearest first, while their linkage is within the threshold. Because every face counts in a linkage,
    no chain of look-alikes joins two people. The first round follows the graph of the faces' neighbours; later rounds
    follow those of the clusters' means (see `agglomerate`), until no two clusters are near. So the sparse graph changes
    at most the order of some merges. With all neighbours (k_neighbours >= n - 1) and a linkage without a scatter, the
    result is exact average linkage.

    photo_ids: (n,) the photo of each face. Clusters with faces in one photo count as farther apart (see SAME_PHOTO).
    may_found: (n,) faces that may found clusters. The others (blurred, small, turned away) join the nearest cluster
    afterwards if its linkage is within the threshold; to join a single face they must be LONE_MARGIN nearer. They never
    influence other faces. may_join: (n,) which of the others may join; the rest stay in no cluster.
    The same input gives the same labels; ties go to the smaller rows. seed: of the k-means cells in large searches.

    Raises:
        ValueError: shapes or dtypes differ from these, rows not of unit length, threshold outside 0 to 4.
    """
    embeddings = checked_rows(embeddings)
    count = len(embeddings)
    if not 0.0 <= linkage.threshold <= 4.0:
        raise ValueError(f"threshold is a squared distance, 0 to 4, not {linkage.threshold}")
    for name, column in (("photo_ids", photo_ids), ("may_found", may_found), ("may_join", may_join)):
        if column is not None and column.shape != (count,):
            raise ValueError(f"{name} has shape ({count},), not {column.shape}")
    if may_found is None or may_found.all():
        return numbered(_roots(embeddings, linkage, photo_ids, k_neighbours, seed))
    founders = np.flatnonzero(may_found)
    joiners = np.flatnonzero(~may_found if may_join is None else ~may_found & may_join)
    founded = _roots(
        embeddings[founders], linkage, None if photo_ids is None else photo_ids[founders], k_neighbours, seed
    )
    roots = np.arange(count)
    roots[founders] = founders[founded]
    photos = None if photo_ids is None else (photo_ids[joiners], photo_ids[founders])
    homes, _ = join(embeddings[joiners], embeddings[founders], founded, linkage, photos=photos, lone_margin=LONE_MARGIN)
    at_home = homes >= 0
    roots[joiners[at_home]] = founders[homes[at_home]]
    return numbered(roots)


def _roots(
    embeddings: Embeddings, linkage: Linkage, photo_ids: NDArray[np.int64] | None, k_neighbours: int, seed: int
) -> Rows:
    """Return the cluster of each row, identified by one of its rows.

    Equal faces are merged first: among 10,000 copies of a photo all pairs would be equally near, and few could merge at
    a time. After the first round, only clusters that have grown or had more neighbours than were kept are searched
    again, until nothing merges.
    """
    clusters = Clusters(embeddings.copy(), linkage)
    one, other = pairs_within_photos(photo_ids)
    before = clusters.roots()
    clusters.merge_same(np.arange(len(embeddings)) if photo_ids is None else photo_ids)
    alive = np.unique(clusters.roots())
    edges = near_pairs(embeddings[alive], k=k_neighbours, within=linkage.threshold, seed=seed)
    while True:
        left, right, crowded = alive[edges.left], alive[edges.right], alive[edges.crowded]
        now = clusters.roots()
        apart = now[one] != now[other]
        clusters.merge_near(
            *combined(
                np.concatenate([left, now[one][apart]]),
                np.concatenate([right, now[other][apart]]),
                np.concatenate([np.zeros(len(left), np.int64), np.ones(int(apart.sum()), np.int64)]),
                rows=len(embeddings),
            )
        )
        after = clusters.roots()
        grown = np.unique(after[before != after])
        if not grown.size:
            break
        alive = np.unique(after)
        among = np.flatnonzero(np.isin(alive, np.concatenate([grown, after[crowded]])))
        edges = clusters.near(alive, k=k_neighbours, among=among, seed=seed)
        before = after
    return clusters.roots()


def pairs_within_photos(photo_ids: NDArray[np.int64] | None) -> tuple[Rows, Rows]:
    """Return all pairs of rows of the same photo, (p,) and (p,)."""
    if photo_ids is None or not photo_ids.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    order = np.argsort(photo_ids, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(photo_ids[order])) + 1)
    pairs = [group[np.stack(np.triu_indices(len(group), k=1))] for group in groups if len(group) > 1]
    together = np.concatenate([np.empty((2, 0), np.int64), *pairs], axis=1)
    return together[0], together[1]
