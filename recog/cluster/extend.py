"""Clustering of new faces: they join earlier clusters, or found new ones among the faces that are left."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recog.cluster.assign import join
from recog.cluster.graph import near_pairs
from recog.cluster.labels import checked_rows
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import K_NEIGHBOURS, identity_clusters
from recog.types import Embeddings

Bars = Callable[[NDArray[np.int64]], tuple[NDArray[np.bool_], NDArray[np.bool_]]]
"""Called with rows (r,): which of them may found a cluster, and which may join one, (r,) each."""


def extended_clusters(
    embeddings: Embeddings,
    labels: NDArray[np.int64],
    new: Embeddings,
    linkage: Linkage,
    *,
    photo_ids: NDArray[np.int64] | None = None,
    bars: Bars | None = None,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Label (n, dim) known and (m, dim) new faces, (n + m,); a face that had a label keeps it.

    Each new face joins the cluster with the least linkage to it, if that is within the threshold. The others are
    clustered together with the known faces in no cluster (label -1) that are within reach, under new labels after the
    highest. New faces join independently of each other, so their order does not matter.

    photo_ids: (n + m,), known faces first, see `identity_clusters`. bars is called with rows of the n + m: new faces,
    and known ones that may come into a cluster by them; None lets every face found a cluster. A face that may neither
    found nor join stays in no cluster.
    """
    known, new = checked_rows(embeddings), checked_rows(new)
    count = len(known)
    able = np.ones(len(new), np.bool_)
    if bars is not None:
        able = np.logical_or(*bars(np.arange(count, count + len(new))))
    photos = None if photo_ids is None else (photo_ids[count:][able], photo_ids[:count])
    homes = np.full(len(new), -1, np.int64)
    homes[able], _ = join(new[able], known, labels, linkage, photos=photos)
    extended = np.concatenate([labels, homes])
    alone = np.flatnonzero(extended < 0)
    rows = np.concatenate([known[labels < 0], new[homes < 0]])
    late = np.arange(int(np.count_nonzero(labels < 0)), len(rows))
    edges = near_pairs(rows, k=K_NEIGHBOURS, within=linkage.reach, seed=seed, among=late)
    near = np.union1d(np.union1d(edges.left, edges.right), late)
    alone = alone[near]
    may_found, may_join = (None, None) if bars is None else bars(alone)
    fresh = identity_clusters(
        rows[near],
        linkage,
        photo_ids=None if photo_ids is None else photo_ids[alone],
        may_found=may_found,
        may_join=may_join,
        seed=seed,
    )
    extended[alone] = np.where(fresh >= 0, fresh + extended.max(initial=-1) + 1, -1)
    return extended
