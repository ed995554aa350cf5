"""Identity clusters of the library: groups of faces that are one person each, under what humans said."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.cluster.along_time import Dated, joined_along_time
from recog.cluster.cannot_link import enforce_cannot_link
from recog.cluster.extend import extended_clusters
from recog.cluster.likelihood import Linkage, linkage_of
from recog.cluster.linkage import identity_clusters
from recog.cluster.registry import IDENTITY
from recog.cluster.scratch import array_on_disk, copied
from recog.library.grouping.numbering import grouped, numbered_as_before, places_of
from recog.library.networks import Networks
from recog.library.probes import face_quality
from recog.quality import may_found, may_join
from recog.store.catalog import Catalog
from recog.store.embedding_records import Owners
from recog.store.records import ClusterRun
from recog.types import Calibration, Cluster, Embeddings, FaceIds, Origin

IN_MEMORY = 1_000_000
"""Faces up to which all embeddings are in memory at once: 512 MB of 128 dimensions, and 2 GB more to group them."""
JUDGED_AT_ONCE = 20_000
"""Faces of which the quality is read at once."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Identity clusters of the library, and the faces that were clustered: all but ignored ones.

    face_ids (n,) rising, embeddings (n, dim), photo_ids (n,), person_ids (n,), -1 for nobody's. clusters: of two faces
    or more, by falling size; those that the catalog holds already keep their numbers. singles counts the other faces.
    joined counts faces that joined earlier clusters, None if all faces were clustered anew.
    """

    face_ids: FaceIds
    embeddings: Embeddings
    photo_ids: FaceIds
    person_ids: FaceIds
    clusters: list[Cluster]
    singles: int
    joined: int | None
    linkage: Linkage
    parameters: dict[str, object]

    @property
    def person_of(self) -> dict[int, int]:
        """The person of each named face."""
        return person_of(self.face_ids, self.person_ids)


def identity_grouping(
    catalog: Catalog,
    networks: Networks,
    *,
    threshold: float | None = None,
    seed: int = 0,
    full: bool = False,
    in_memory: int = IN_MEMORY,
) -> Grouping:
    """Return the identity clusters that `cluster` would remember; nothing is written.

    in_memory: number of faces from which embeddings are mapped from files without a name in the library's folder.

    Earlier clusters of this network and threshold stay, and newer faces join them or found clusters of their own. If
    there are none, or with `full`, all faces are clustered anew, and a cluster takes the number of the earlier one with
    which it shares most faces. Poor faces join clusters but found none. Two faces of one photo are rarely one person,
    which counts against joining them. Cannot-link constraints keep confirmed faces of different people, and rejected
    faces, in different clusters. Groups that are one person along time are joined (see recog.cluster.along_time).
    Ignored faces are left out.
    """
    face_ids, embeddings = all_embeddings(catalog, networks, in_memory=in_memory)
    last_face = int(face_ids.max(initial=0))
    ignored = np.intersect1d(face_ids, list(catalog.people.ignored_faces()))
    if ignored.size:
        cared = np.flatnonzero(~np.isin(face_ids, ignored))
        face_ids, embeddings = face_ids[cared], some_of(embeddings, cared, networks.library, in_memory)
    owners = catalog.faces.owners()
    photo_ids, person_ids, confirmed = owned(owners, face_ids)
    scenes = owners.scenes[np.searchsorted(owners.face_ids, face_ids)]
    calibration = networks.calibration
    linkage = linkage_of(calibration, len(face_ids), threshold=threshold)
    asked = _asked(calibration, threshold) | ({} if networks.over_time else {"over_time": False})
    run = catalog.clusters.run(networks.info.sha256)
    earlier = list(run.clusters) if run is not None else []
    faces = _Clustered(catalog, face_ids, embeddings, scenes, linkage, seed, networks.library, in_memory)
    if run is None or full or _asked_otherwise(run, asked):
        labels, joined = faces.anew(), None
    else:
        labels, joined = faces.joining(run)
    told, refused = np.where(confirmed, person_ids, -1), _rejected(catalog, face_ids)
    days = catalog.faces.days() if networks.over_time else {}
    if days:
        taken = np.array([days.get(face_id, 0) for face_id in face_ids.tolist()], np.int64)
        labels = joined_along_time(embeddings, labels, Dated(taken, scenes, told, tuple(refused)), linkage)
    labels = enforce_cannot_link(embeddings, labels, told, refused)
    clusters = [one for one in grouped(face_ids, embeddings, labels) if len(one.face_ids) > 1]
    return Grouping(
        face_ids=face_ids,
        embeddings=embeddings,
        photo_ids=photo_ids,
        person_ids=person_ids,
        clusters=numbered_as_before(clusters, earlier),
        singles=len(face_ids) - sum(len(one.face_ids) for one in clusters),
        joined=joined,
        linkage=linkage,
        parameters={
            **asked,
            "seed": seed,
            "last_face": last_face,
            "left_out": ignored.tolist(),
        },
    )


@dataclass(frozen=True, slots=True)
class _Clustered:
    """Faces that are clustered: ids (n,) rising, embeddings (n, dim), scenes (n,); see Owners."""

    catalog: Catalog
    ids: FaceIds
    embeddings: Embeddings
    scenes: FaceIds
    linkage: Linkage
    seed: int
    folder: Path
    in_memory: int

    def anew(self) -> NDArray[np.int64]:
        """Return a label for each face, (n,) and -1 for none, whatever clusters there were."""
        founders, joiners = _bars(self.catalog, self.ids)
        group: Callable[..., NDArray[np.int64]] = identity_clusters
        if len(self.ids) > self.in_memory:
            from recog.cluster.on_disk import identity_clusters_on_disk  # noqa: PLC0415 - of very large libraries

            group = partial(identity_clusters_on_disk, folder=self.folder)
        return group(
            self.embeddings,
            self.linkage,
            photo_ids=self.scenes,
            may_found=founders,
            may_join=joiners,
            seed=self.seed,
        )

    def joining(self, run: ClusterRun) -> tuple[NDArray[np.int64], int]:
        """Return labels of which the first are the run's clusters, and how many faces joined these."""
        homes, new = _homes(self.ids, run)
        known = np.flatnonzero(~new)
        order = np.concatenate([known, np.flatnonzero(new)])
        labels = np.empty(len(self.ids), np.int64)
        labels[order] = extended_clusters(
            some_of(self.embeddings, known, self.folder, self.in_memory),
            homes[~new],
            self.embeddings[new],
            self.linkage,
            photo_ids=self.scenes[order],
            bars=lambda rows: _bars(self.catalog, self.ids[order[rows]]),
            seed=self.seed,
        )
        return labels, int(np.count_nonzero((labels >= 0) & (labels < len(run.clusters)) & (homes < 0)))


def all_embeddings(catalog: Catalog, networks: Networks, *, in_memory: int = IN_MEMORY) -> tuple[FaceIds, Embeddings]:
    """Return every face of the network with its embedding, by face id: (n,) and (n, dim).

    Of more than in_memory faces, the embeddings are mapped from a file without a name in the library's folder.
    """
    mark = catalog.embeddings.mark(networks.info.sha256)
    shape = mark.count, networks.info.dim
    large = mark.count > in_memory
    embeddings = array_on_disk(networks.library, shape, np.float32) if large else np.empty(shape, np.float32)
    face_ids = np.empty(mark.count, np.int64)
    count = 0
    for rows in catalog.embeddings.batches(networks.info.sha256):
        some = slice(count, min(count + len(rows.face_ids), mark.count))
        taken = some.stop - some.start  # others may store more meanwhile; the next run groups them
        face_ids[some], embeddings[some] = rows.face_ids[:taken], rows.embeddings[:taken]
        count = some.stop
    face_ids, embeddings = face_ids[:count], embeddings[:count]
    if np.all(np.diff(face_ids) > 0):
        return face_ids, embeddings
    order = np.argsort(face_ids)
    return face_ids[order], some_of(embeddings, order, networks.library, in_memory)


def some_of(embeddings: Embeddings, rows: FaceIds, folder: Path, in_memory: int) -> Embeddings:
    """Return rows of embeddings, (r, dim); more than in_memory are mapped from a file without a name."""
    return embeddings[rows] if len(embeddings) <= in_memory else copied(folder, embeddings, rows)


def owned(owners: Owners, face_ids: FaceIds) -> tuple[FaceIds, FaceIds, NDArray[np.bool_]]:
    """Return photo, person (-1 nobody's), and whether a human confirmed it, of these faces, (n,) each."""
    rows = np.searchsorted(owners.face_ids, face_ids)
    return owners.photo_ids[rows], owners.person_ids[rows], owners.confirmed[rows]


def person_of(face_ids: FaceIds, person_ids: FaceIds) -> dict[int, int]:
    """Return the person of each named face; person_ids (n,) is -1 for nobody's."""
    named = person_ids >= 0
    return dict(zip(face_ids[named].tolist(), person_ids[named].tolist(), strict=True))


def _rejected(catalog: Catalog, face_ids: FaceIds) -> list[tuple[int, int]]:
    """Return pairs of a face's row and a person whom a human said that it is not."""
    rejections = catalog.people.rejections()
    theirs, rows, _ = np.intersect1d(face_ids, list(rejections), assume_unique=True, return_indices=True)
    return [
        (row, person_id)
        for face_id, row in zip(theirs.tolist(), rows.tolist(), strict=True)
        for person_id in rejections[face_id]
    ]


def _bars(catalog: Catalog, face_ids: FaceIds) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which faces are good enough to found a cluster, and which to join one, (n,) each.

    A face that a user drew founds one only if its name is confirmed: no detector vouches for it.
    """
    founders, joiners = np.empty(len(face_ids), np.bool_), np.empty(len(face_ids), np.bool_)
    for start in range(0, len(face_ids), JUDGED_AT_ONCE):
        some = face_ids[start : start + JUDGED_AT_ONCE].tolist()
        faces = catalog.faces.by_ids(some)
        for row, one in enumerate(map(faces.__getitem__, some), start=start):
            quality = face_quality(one.box, one.sharpness)
            vouched_for = not one.drawn or one.origin is Origin.CONFIRMED
            founders[row], joiners[row] = bool(may_found(quality)) and vouched_for, bool(may_join(quality))
    return founders, joiners


def _asked(calibration: Calibration, threshold: float | None) -> dict[str, object]:
    """Return the rule by which clusters are made, without the number of faces, to compare with that of earlier ones."""
    rule = calibration.clusters
    base = rule.threshold if rule is not None else calibration.threshold
    return {
        "threshold": base if threshold is None else threshold,
        "scatter": None if rule is None else list(astuple(rule.scatter)),
    }


def _asked_otherwise(run: ClusterRun, asked: dict[str, object]) -> bool:
    """Return whether an earlier run followed another rule."""
    return run.method != IDENTITY or any(run.parameters.get(name) != value for name, value in asked.items())


def _homes(face_ids: FaceIds, run: ClusterRun) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the earlier cluster of each face, (n,) and -1 for none, and which faces that run did not see."""
    homes = places_of(face_ids, run.clusters)
    last, left_out = run.parameters.get("last_face", 0), run.parameters.get("left_out", [])
    new = (face_ids > last) | np.isin(face_ids, left_out)
    return homes, new & (homes < 0)
