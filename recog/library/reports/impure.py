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
"""Faces of the smaller part: a single odd face is a poor photo more often than another person."""
MOST_GROUPED = 4_000
"""Faces of a person that are grouped; of more, as many at even intervals, and the others join the nearest group."""
MIXED_SHOWN = 200
"""People in the list, those whose parts are farthest apart."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """A person's largest part and the one farthest from it; further counts parts beside these two."""

    main: Side
    part: Side
    squared_distance: float
    further: int


def mixed_people(people: Iterable[Side], linkage: Linkage) -> list[Mixed]:
    """People whose faces, clustered by themselves, make two clusters or more; the farthest apart first.

    Names play no part in the clustering, so a wrong name shows up as a cluster of its own. linkage: the library's.
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
    """Labels of the rows, (r,), by falling size, -1 alone: bounded work however many photos somebody has."""
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
