"""Sides of a report: sets of faces of any size, their distances, and the few faces that represent them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recog.cluster.likelihood import Linkage
from recog.library.reports.results import DuplicateSide, FaceSample
from recog.store.catalog import Catalog
from recog.types import Embeddings, FaceIds

SAMPLES = 6
"""Most faces shown of each side."""
FACES_NAMED = 100
"""Most typical faces that stand for a group; after these are named, matching names the rest."""
NEAREST_FACES = 2048
"""Most faces of a side that are compared one by one with those of another side; more are sampled evenly."""
CHUNK = 65_536
"""Embeddings gathered at once; this bounds the memory for sides of any size."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Faces:
    """All faces that are not ignored, as arrays.

    ids: (n,), ascending. embeddings: (n, dim). photo_ids: (n,). person_ids: (n,), -1 for a face without a person.
    """

    ids: FaceIds
    embeddings: Embeddings
    photo_ids: FaceIds
    person_ids: FaceIds


@dataclass(frozen=True)
class Side:
    """Faces of a person (id and name set) or of an unnamed cluster (number set), as rows of `all`.

    remembered: the cluster's number is the catalog's, not only this report's.
    """

    all: Faces
    rows: Rows
    person_id: int | None = None
    person: str | None = None
    cluster: int | None = None
    remembered: bool = False

    @cached_property
    def mean(self) -> Embeddings:
        """The mean of the faces' embeddings, (dim,) float32, not of unit length."""
        total = np.zeros(self.all.embeddings.shape[1], np.float64)
        for start in range(0, len(self.rows), CHUNK):
            total += self.all.embeddings[self.rows[start : start + CHUNK]].sum(axis=0, dtype=np.float64)
        mean: Embeddings = (total / len(self.rows)).astype(np.float32)
        return mean

    @cached_property
    def typical(self) -> FaceIds:
        """At most FACES_NAMED face ids, the nearest to the mean first; ties go to the smaller id."""
        starts = range(0, len(self.rows), CHUNK)
        along = [self.all.embeddings[self.rows[start : start + CHUNK]] @ self.mean for start in starts]
        order = np.argsort(-np.concatenate(along), kind="stable")[:FACES_NAMED]
        return np.asarray(self.all.ids[self.rows[order]])

    def squared_distance(self, other: "Side") -> float:
        """Return the mean over all pairs of faces across the sides: for unit embeddings, 2 - 2 m.n of the means."""
        return float(np.clip(2.0 - 2.0 * (self.mean @ other.mean), 0.0, 4.0))

    def linkage(self, other: "Side", rule: Linkage) -> float:
        """Return the linkage of both sides: how alike they are, as the squared distance of two single faces."""
        one, two = self.mean.astype(np.float64), other.mean.astype(np.float64)
        sizes, others, norms, other_norms, products = (
            np.array([value], np.float64)
            for value in (len(self.rows), len(other.rows), one @ one, two @ two, one @ two)
        )
        return float(rule(sizes, others, norms, other_norms, np.minimum(products, 1.0))[0])

    def nearest(self, other: "Side") -> float:
        """Return the smallest squared distance between a face of one side and a face of the other.

        Exact up to NEAREST_FACES faces per side; larger sides are sampled evenly, which may miss a nearer pair.
        """
        one, two = self.all.embeddings[self._spread], self.all.embeddings[other._spread]  # noqa: SLF001 - one class
        return float(max(0.0, 2.0 - 2.0 * (one @ two.T).max()))

    @property
    def _spread(self) -> Rows:
        if len(self.rows) <= NEAREST_FACES:
            return self.rows
        places = np.linspace(0, len(self.rows) - 1, NEAREST_FACES).astype(np.int64)
        return np.asarray(self.rows[places])


def samples_of(catalog: Catalog, face_ids: Iterable[int]) -> dict[int, FaceSample]:
    """Return faces as evidence, by number."""
    wanted = sorted(set(face_ids))
    thumbnails, faces = catalog.faces.thumbnails(wanted), catalog.faces.by_ids(wanted)
    paths = catalog.files.paths({face.photo_id for face in faces.values()})
    return {
        face_id: FaceSample(face_id, thumbnails.get(face_id, b""), next(iter(paths.get(face.photo_id, ())), None))
        for face_id, face in faces.items()
    }


class Samples:
    """Thumbnails and paths of the most typical faces of sides, loaded by a few bulk reads."""

    def __init__(self, catalog: Catalog, sides: Iterable[Side]) -> None:
        self._found = samples_of(catalog, (one for side in sides for one in side.typical[:SAMPLES].tolist()))

    def of(self, side: Side) -> tuple[FaceSample, ...]:
        """Return the faces that are shown of a side, the most typical first."""
        return tuple(self._found[face_id] for face_id in side.typical[:SAMPLES].tolist() if face_id in self._found)

    def side(self, side: Side) -> DuplicateSide:
        """Return a side as the report shows it."""
        if side.person is not None:
            return DuplicateSide(side.person, None, len(side.rows), self.of(side))
        return DuplicateSide(
            None,
            side.cluster,
            len(side.rows),
            self.of(side),
            tuple(side.all.ids[side.rows].tolist()),
            tuple(side.typical.tolist()),
            side.remembered,
        )
