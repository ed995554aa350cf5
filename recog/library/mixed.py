"""Find names whose faces look like two people."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import identity_clusters
from recog.library.evidence import Side

LEAST_PART = 2
"""Faces of the smaller part: a single odd face is a poor photo more often than another person."""
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
        labels = identity_clusters(person.all.embeddings[person.rows], linkage)
        sizes = np.bincount(labels[labels >= 0])  # labels are numbered by falling size
        parts = [replace(person, rows=person.rows[labels == label]) for label in np.flatnonzero(sizes >= LEAST_PART)]
        if len(parts) > 1:
            main, *others = parts
            part = max(others, key=main.squared_distance)
            found.append(Mixed(main, part, main.squared_distance(part), len(others) - 1))
    return sorted(found, key=lambda one: (-one.squared_distance, one.main.person_id))[:MIXED_SHOWN]
