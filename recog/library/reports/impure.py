"""Find names whose faces look like two people."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from recog.cluster.assign import join
from recog.cluster.labels import numbered
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import identity_clusters
from recog.library.reports.sides import CHUNK, Rows, Side
from recog.types import Embeddings

LEAST_PART = 2
"""Fewest faces of a part, because a single odd face is a poor photo more often than another person."""
MOST_GROUPED = 4_000
"""Most faces of a person that are clustered; more are sampled evenly, and the others join the nearest group."""
MIXED_SHOWN = 200
"""Most people in the list, those whose parts are farthest apart."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """A person's largest part and the part farthest from it. further: number of other parts."""

    main: Side
    part: Side
    squared_distance: float
    further: int


def mixed_people(people: Iterable[Side], linkage: Linkage) -> list[Mixed]:
    """Return the people whose faces form two or more clusters, the farthest apart first.

    Each person's faces are clustered without regard to names, so faces with a wrong name form a separate cluster.
    linkage: the linkage rule of the library.
    """
    found = []
    for person in people:
        if len(person.rows) < 2 * LEAST_PART:
            continue
        labels = _grouped(person.all.embeddings, person.rows, linkage)
        sizes = np.bincount(labels[labels >= 0])  # labels are numbered by falling size
        parts = [replace(person, rows=person.rows[labels == label]) for label in np.flatnonzero(sizes >= LEAST_PART)]
        if len(parts) > 1:
            main, *others = parts
            part = max(others, key=main.squared_distance)
            found.append(Mixed(main, part, main.squared_distance(part), len(others) - 1))
    return sorted(found, key=lambda one: (-one.squared_distance, one.main.person_id))[:MIXED_SHOWN]


def _grouped(embeddings: Embeddings, rows: Rows, linkage: Linkage) -> Rows:
    """Return the labels of the rows, (r,), by falling cluster size, -1 for single faces; the work is bounded."""
    if len(rows) <= MOST_GROUPED:
        return identity_clusters(embeddings[rows], linkage)
    sample = np.linspace(0, len(rows) - 1, MOST_GROUPED).astype(np.int64)
    found = identity_clusters(embeddings[rows[sample]], linkage)
    labels = np.empty(len(rows), np.int64)
    for start in range(0, len(rows), CHUNK):
        part = slice(start, start + CHUNK)
        labels[part], _ = join(embeddings[rows[part]], embeddings[rows[sample]], found, linkage)
    labels[sample] = found
    alone = np.flatnonzero(labels < 0)
    labels[alone] = len(rows) + alone
    return numbered(labels)
