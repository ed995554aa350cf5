"""Clustering under cannot-link constraints from the user's decisions."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from recog.cluster.assign import join
from recog.cluster.likelihood import Linkage
from recog.types import Embeddings

EVERYBODY = Linkage(4.0)
"""Average linkage without a limit: the nearest group at any distance."""


def enforce_cannot_link(
    embeddings: Embeddings,
    labels: NDArray[np.int64],
    person_ids: NDArray[np.int64],
    rejected: Iterable[tuple[int, int]],
) -> NDArray[np.int64]:
    """Split clusters that violate a constraint; returns new labels, (n,).

    Afterwards no cluster holds confirmed faces of two people, or a person and a face that was said not to be that
    person. labels: (n,), -1 for a face in no cluster. person_ids: (n,) the confirmed person of each row, -1 for none.
    rejected: (row, person) pairs; such a face counts as somebody else's. Every other face of a cluster that is split
    goes to the part whose faces are nearest on average. The largest part keeps the label (ties: the smaller person);
    the others get new labels after the highest.
    """
    apart, owners = labels.copy(), person_ids.copy()
    held = {(int(labels[row]), int(person_ids[row])) for row in np.flatnonzero((labels >= 0) & (person_ids >= 0))}
    somebody_else = int(person_ids.max(initial=-1)) + 1
    for row, person in rejected:
        if owners[row] < 0 and (int(labels[row]), person) in held:
            owners[row] = somebody_else
    for label in _mixed(labels, owners):  # few clusters are mixed
        rows = np.flatnonzero(labels == label)
        parts = owners[rows]
        open_rows = parts < 0
        parts[open_rows], _ = join(embeddings[rows[open_rows]], embeddings[rows], owners[rows], EVERYBODY)
        names, sizes = np.unique(parts, return_counts=True)
        for other in np.delete(names, sizes.argmax()).tolist():
            apart[rows[parts == other]] = apart.max() + 1
    return apart


def _mixed(labels: NDArray[np.int64], owners: NDArray[np.int64]) -> list[int]:
    """Return the labels of clusters with faces of more than one owner."""
    named = (labels >= 0) & (owners >= 0)
    held = np.unique(np.stack([labels[named], owners[named]], axis=1), axis=0)
    found, counts = np.unique(held[:, 0], return_counts=True)
    mixed: list[int] = found[counts > 1].tolist()
    return mixed
