"""Number groups of faces: by falling size, and so that a cluster keeps the number of an earlier one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from recog.cluster.assign import sums_of
from recog.distance import unit_rows
from recog.types import Cluster, Embeddings, FaceIds


def grouped(face_ids: FaceIds, embeddings: Embeddings, labels: FaceIds) -> list[Cluster]:
    """Return clusters by falling size, then by smallest face id; label -1 is in no cluster."""
    inside = np.flatnonzero(labels >= 0)
    if not inside.size:
        return []
    order = inside[np.argsort(labels[inside], kind="stable")]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(labels[order])) + 1])
    centroids = unit_rows(sums_of(embeddings, order, np.diff(np.append(starts, len(order)))))
    members = np.split(face_ids[order], starts[1:])
    groups = [Cluster(tuple(ids.tolist()), centroid) for ids, centroid in zip(members, centroids, strict=True)]
    return sorted(groups, key=lambda one: (-len(one.face_ids), one.face_ids[0]))


def with_numbers(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Give clusters that are not remembered numbers after the highest, for one report."""
    highest = max((one.number for one in clusters if one.number is not None), default=0)
    fresh = count(highest + 1)
    return [replace(one, number=next(fresh)) if one.number is None else one for one in clusters]


def numbered_as_before(clusters: list[Cluster], earlier: Sequence[Cluster]) -> list[Cluster]:
    """Give each cluster the number of the earlier one with which it shares most faces; the most shared choose first."""
    members = np.array(sorted(chain.from_iterable(one.face_ids for one in clusters)), np.int64)
    now, before = places_of(members, clusters), places_of(members, earlier)
    both = before >= 0
    pairs, shared = np.unique(np.stack([now[both], before[both]], axis=1), axis=0, return_counts=True)
    ranked = sorted(
        (-count, place, earlier[home].number)
        for (place, home), count in zip(pairs.tolist(), shared.tolist(), strict=True)
    )
    numbers: dict[int, int | None] = {}
    taken: set[int | None] = set()
    for _, place, number in ranked:
        if place not in numbers and number not in taken:
            numbers[place] = number
            taken.add(number)
    return [replace(one, number=numbers.get(place)) for place, one in enumerate(clusters)]


def places_of(face_ids: FaceIds, clusters: Sequence[Cluster]) -> NDArray[np.int64]:
    """Return the place of the cluster that holds each face, (n,) and -1 for none; face_ids rise."""
    places = np.full(len(face_ids), -1, np.int64)
    members = np.fromiter(chain.from_iterable(one.face_ids for one in clusters), np.int64)
    rows = np.searchsorted(face_ids, members)
    known = np.isin(members, face_ids, assume_unique=True)
    places[rows[known]] = np.repeat(np.arange(len(clusters)), [len(one.face_ids) for one in clusters])[known]
    return places
