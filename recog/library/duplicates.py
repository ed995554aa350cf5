"""Report who is in the library twice: people and unnamed clusters that look like one person."""

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from recog import identify as decide
from recog.library.clusters import all_embeddings, grouped, identity_labels, summaries
from recog.library.networks import Networks
from recog.library.results import (
    DuplicatePair,
    DuplicateReport,
    DuplicateSide,
    FaceSample,
)
from recog.store.catalog import Catalog
from recog.types import Cluster, Embeddings, FaceIds

LEAST_PROBABILITY = 0.1
"""Pairs of sides that are less probably one person are not worth a look."""
SAMPLES = 6
"""Faces shown of each side."""
CHUNK = 2048
"""Sides compared at once with all others: bounds the memory at CHUNK x sides distances."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A person or an unnamed cluster. rows index the library's embeddings; mean is their (dim,) mean, not unit."""

    person: str | None
    cluster: int | None
    rows: NDArray[np.int64]
    mean: Embeddings


def duplicates(catalog: Catalog, networks: Networks) -> DuplicateReport:
    """Pairs and groups of sides that are probably one person, most probable first; nothing is written.

    The distance between two sides is the mean squared distance over all pairs of their faces (average linkage), which
    for unit embeddings is 2 - 2 m.n with m, n the means of the sides. Hidden people are left out.
    """
    face_ids, embeddings = all_embeddings(catalog, networks)
    calibration = networks.calibration
    labels = identity_labels(catalog, face_ids, embeddings, threshold=calibration.threshold)
    clusters = [one for one in grouped(face_ids, embeddings, labels) if len(one.face_ids) > 1]
    sides = _sides(catalog, face_ids, embeddings, clusters)
    evidence = _Evidence(catalog, face_ids, embeddings)
    pairs = []
    for left, right, squared_distance in _near_sides(sides, networks):
        nearest = float((2.0 - 2.0 * embeddings[left.rows] @ embeddings[right.rows].T).min())
        pairs.append(
            DuplicatePair(
                left=evidence.side(left),
                right=evidence.side(right),
                squared_distance=squared_distance,
                nearest=max(0.0, nearest),
                probability=decide.probability(squared_distance, calibration),
                command=_merge_command(left, right, face_ids),
            )
        )
    pairs.sort(key=lambda pair: (-pair.probability, pair.left.label, pair.right.label))
    found = summaries(catalog, clusters)
    counts = catalog.counts()
    return DuplicateReport(
        library=catalog.url,
        network=networks.info,
        calibration=calibration,
        photos=counts.photos,
        faces=counts.faces,
        people=counts.people,
        clusters=found,
        cluster_samples=tuple(evidence.samples(np.searchsorted(face_ids, one.face_ids)) for one in found),
        pairs=tuple(pairs),
        groups=_groups([pair for pair in pairs if pair.squared_distance <= calibration.threshold]),
        duplicate_photos=tuple(catalog.copies()),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _sides(catalog: Catalog, face_ids: FaceIds, embeddings: Embeddings, clusters: list[Cluster]) -> list[_Side]:
    people = {person.id: person.name for person in catalog.people()}
    hidden = {person.id for person in catalog.people(hidden=True)} - people.keys()
    owner = {face_id: face.person_id for face_id, face in catalog.faces(face_ids.tolist()).items()}
    rows_of: dict[int, list[int]] = {}
    for row, face_id in enumerate(face_ids.tolist()):
        person_id = owner[face_id]
        if person_id is not None and person_id not in hidden:
            rows_of.setdefault(person_id, []).append(row)
    sides = [_side(people[one], None, np.array(rows), embeddings) for one, rows in sorted(rows_of.items())]
    for number, cluster in enumerate(clusters, start=1):
        unnamed = [face_id for face_id in cluster.face_ids if owner[face_id] is None]
        if len(unnamed) > 1:
            sides.append(_side(None, number, np.searchsorted(face_ids, unnamed), embeddings))
    return sides


def _side(person: str | None, cluster: int | None, rows: NDArray[np.int64], embeddings: Embeddings) -> _Side:
    return _Side(person, cluster, rows, embeddings[rows].mean(axis=0))


def _near_sides(sides: list[_Side], networks: Networks) -> list[tuple[_Side, _Side, float]]:
    if not sides:
        return []
    means = np.stack([side.mean for side in sides])
    limit = decide.squared_distance_at(LEAST_PROBABILITY, networks.calibration)
    near = []
    for start in range(0, len(sides), CHUNK):
        squared = 2.0 - 2.0 * means[start : start + CHUNK] @ means.T
        for row, column in np.argwhere(squared <= limit).tolist():
            if start + row < column:
                near.append((sides[start + row], sides[column], float(max(0.0, squared[row, column]))))
    return near


def _merge_command(left: _Side, right: _Side, face_ids: FaceIds) -> str:
    """What makes the two sides one; sides are in order: people before clusters."""
    if left.person is None:
        return ""
    if right.person is not None:
        return shlex.join(["recog", "people", "merge", right.person, left.person])
    return shlex.join(["recog", "people", "confirm", left.person, *map(str, face_ids[right.rows].tolist())])


def _groups(pairs: list[DuplicatePair]) -> tuple[tuple[str, ...], ...]:
    """Labels that pairs below the threshold connect, where more than two hang together."""
    group_of: dict[str, set[str]] = {}
    for pair in pairs:
        joined = group_of.get(pair.left.label, {pair.left.label}) | group_of.get(pair.right.label, {pair.right.label})
        for label in joined:
            group_of[label] = joined
    unique = {tuple(sorted(group)) for group in group_of.values()}
    return tuple(sorted((group for group in unique if len(group) > 2), key=lambda group: (-len(group), group)))


class _Evidence:
    """Thumbnails and paths of the faces that speak for a side."""

    def __init__(self, catalog: Catalog, face_ids: FaceIds, embeddings: Embeddings) -> None:
        self._catalog = catalog
        self._face_ids = face_ids
        self._embeddings = embeddings

    def side(self, side: _Side) -> DuplicateSide:
        return DuplicateSide(side.person, side.cluster, len(side.rows), self.samples(side.rows))

    def samples(self, rows: NDArray[np.int64]) -> tuple[FaceSample, ...]:
        """The most typical faces first: nearest to the mean."""
        mean = self._embeddings[rows].mean(axis=0)
        order = np.argsort(-(self._embeddings[rows] @ mean), kind="stable")[:SAMPLES]
        chosen = self._face_ids[rows[order]].tolist()
        thumbnails = self._catalog.thumbnails(chosen)
        faces = self._catalog.faces(chosen)
        paths = self._catalog.paths({face.photo_id for face in faces.values()})
        return tuple(
            FaceSample(
                face_id,
                thumbnails.get(face_id, b""),
                next(islice(paths.get(faces[face_id].photo_id, ()), 1), None),
            )
            for face_id in chosen
        )
