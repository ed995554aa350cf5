"""Cluster faces that came later: they join what is there, or found new clusters among the left over."""

import numpy as np
from numpy.typing import NDArray

from recog.cluster.assign import join
from recog.cluster.graph import near_pairs
from recog.cluster.labels import checked_rows
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import K_NEIGHBOURS, identity_clusters
from recog.types import Embeddings


def extended_clusters(
    embeddings: Embeddings,
    labels: NDArray[np.int64],
    new: Embeddings,
    linkage: Linkage,
    *,
    photo_ids: NDArray[np.int64] | None = None,
    may_found: NDArray[np.bool_] | None = None,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Labels (n + m,) of the (n, dim) known and (m, dim) new faces; whoever had a label keeps it.

    Each new face joins the cluster with the least linkage to it, if that is within the threshold. The rest is clustered
    together with the known faces that were alone (label -1) and are within reach, under new numbers after the highest.
    The new faces do not see each other before they join, so their order does not matter.

    photo_ids, may_found: (n + m,), known faces first; they count among the rest, see `identity_clusters`.
    """
    known, new = checked_rows(embeddings), checked_rows(new)
    homes, _ = join(new, known, labels, linkage)
    extended = np.concatenate([labels, homes])
    alone = np.flatnonzero(extended < 0)
    rows = np.concatenate([known[labels < 0], new[homes < 0]])
    late = np.arange(int(np.count_nonzero(labels < 0)), len(rows))
    edges = near_pairs(rows, k=K_NEIGHBOURS, within=linkage.reach, seed=seed, among=late)
    near = np.union1d(np.union1d(edges.left, edges.right), late)
    alone = alone[near]
    fresh = identity_clusters(
        rows[near],
        linkage,
        photo_ids=None if photo_ids is None else photo_ids[alone],
        may_found=None if may_found is None else may_found[alone],
        seed=seed,
    )
    extended[alone] = np.where(fresh >= 0, fresh + extended.max(initial=-1) + 1, -1)
    return extended
