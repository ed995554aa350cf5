"""Who an unnamed cluster probably is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from recog.cluster.assign import sums_of
from recog.cluster.likelihood import Linkage, probability_of_one
from recog.library.grouping.results import ClusterSummary, Suggestion
from recog.library.networks import Networks
from recog.lookalikes import twins_of
from recog.store.catalog import Catalog
from recog.types import Distances, Embeddings, FaceIds

LEAST_LIKELY = 0.05
"""Probability from which a person is suggested for a cluster."""
ENTRIES = 1 << 22
"""Linkages held at once: bounds the memory."""

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Sets:
    """Sets of faces: means (s, dim), their squared lengths (s,), and sizes (s,)."""

    means: Embeddings
    norms: Reals
    sizes: Reals


def with_suggestions(
    catalog: Catalog,
    networks: Networks,
    named: Sequence[ClusterSummary],
    *,
    face_ids: FaceIds,
    embeddings: Embeddings,
    linkage: Linkage,
) -> tuple[ClusterSummary, ...]:
    """The clusters, those without a name with the likely person: of whose confirmed faces they are the surest to be.

    The probability is that the whole cluster is the person. Nobody is suggested of whom a human said that a face of the
    cluster is not this person, or who was born after its last dated photo.

    face_ids (n,), rising, and embeddings (n, dim) are those of all faces.
    """
    gallery = catalog.embeddings.gallery(networks.info.sha256)
    unnamed = [one for one in named if one.person is None]
    if not (len(gallery.person_ids) and unnamed):
        return tuple(named)
    people, places, counts = np.unique(gallery.person_ids, return_inverse=True, return_counts=True)
    persons = _sets(gallery.embeddings, np.argsort(places, kind="stable"), counts)
    rows = np.searchsorted(face_ids, np.concatenate([one.face_ids for one in unnamed]))
    sizes = np.array([one.size for one in unnamed])
    clusters = _sets(embeddings, rows, sizes)
    known = {person.id: person for person in catalog.people.all(hidden=True)}
    refused = _refused(catalog, unnamed, people)
    if networks.over_time:
        born = {person.id: person.born for person in known.values() if person.born is not None}
        refused = np.unique(np.concatenate([refused, _unborn(catalog, unnamed, people, born)]), axis=0)
    nearest, linkages, products = _nearest(clusters, persons, linkage, refused)
    twins = twins_of(catalog.people.twin_pairs())
    found = {}
    for one, person_id, at, product in zip(unnamed, people[nearest].tolist(), linkages, products, strict=True):
        probability = probability_of_one(float(at), linkage, networks.calibration)
        if probability >= LEAST_LIKELY:
            others = tuple(sorted(known[other].name for other in twins.get(person_id, ())))
            found[one.number] = Suggestion(known[person_id].name, probability, float(2.0 - 2.0 * product), others)
    return tuple(replace(one, suggestion=found[one.number]) if one.number in found else one for one in named)


def _sets(members: Embeddings, order: NDArray[np.int64], sizes: NDArray[np.int64]) -> _Sets:
    """Return sets of members, (n, dim); order: rows of members, set by set, sizes (s,)."""
    means: Embeddings = np.divide(sums_of(members, order, sizes), sizes[:, np.newaxis].astype(np.float32))
    return _Sets(means, np.einsum("sd,sd->s", means, means, dtype=np.float64), sizes.astype(np.float64))


def _refused(catalog: Catalog, unnamed: Sequence[ClusterSummary], people: FaceIds) -> NDArray[np.int64]:
    """Rows (cluster, person), as places, of whom a human said that a face of the one is not the other: (r, 2)."""
    rejections = catalog.people.rejections()
    column = {person_id: place for place, person_id in enumerate(people.tolist())}
    pairs = {
        (place, column[person_id])
        for place, one in enumerate(unnamed)
        for face_id in rejections.keys() & one.face_ids
        for person_id in rejections[face_id] & column.keys()
    }
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def _unborn(
    catalog: Catalog, unnamed: Sequence[ClusterSummary], people: FaceIds, born: Mapping[int, date]
) -> NDArray[np.int64]:
    """Rows (cluster, person), as places, of whom was born after the last dated photo of the cluster: (r, 2)."""
    if not born:
        return np.empty((0, 2), np.int64)
    days = catalog.faces.days(face_id for one in unnamed for face_id in one.face_ids)
    births = np.array([born.get(person_id, date.min).toordinal() for person_id in people.tolist()])
    latest = [max((days.get(face_id, 0) for face_id in one.face_ids), default=0) for one in unnamed]
    last = np.array([day or date.max.toordinal() for day in latest])
    return np.argwhere(last[:, np.newaxis] < births)


def _nearest(
    clusters: _Sets, persons: _Sets, linkage: Linkage, refused: NDArray[np.int64]
) -> tuple[FaceIds, Distances, Distances]:
    """For each cluster, (c,): the place of the person with the least linkage, that linkage, and the means' product."""
    count = len(clusters.sizes)
    nearest = np.empty(count, np.int64)
    linkages, products = np.empty(count, np.float32), np.empty(count, np.float32)
    step = max(1, ENTRIES // len(persons.sizes))
    for start in range(0, count, step):
        rows = slice(start, start + step)
        own = np.minimum(clusters.means[rows] @ persons.means.T, 1.0)
        sizes, norms = clusters.sizes[rows, np.newaxis], clusters.norms[rows, np.newaxis]
        found = linkage(sizes, persons.sizes, norms, persons.norms, own)
        place, column = refused[(refused[:, 0] >= start) & (refused[:, 0] < start + step)].T
        found[place - start, column] = np.inf
        nearest[rows] = found.argmin(axis=1)
        each = np.arange(len(own))
        linkages[rows], products[rows] = found[each, nearest[rows]], own[each, nearest[rows]]
    return nearest, linkages, products
