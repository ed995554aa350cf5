"""Group the library's faces: identity clusters, or k-means cells."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from recog.cluster.cannot_link import enforce_cannot_link
from recog.cluster.extend import extended_clusters
from recog.cluster.likelihood import Linkage, linkage_of
from recog.cluster.linkage import identity_clusters
from recog.cluster.registry import CLUSTER_METHODS, IDENTITY
from recog.distance import unit_rows
from recog.errors import CatalogError, NoFaceFoundError, UnknownNumberError
from recog.library.grouping.results import ClusterReport, ClusterSummary
from recog.library.grouping.suggestions import with_suggestions
from recog.library.networks import Networks
from recog.library.probes import face_quality
from recog.quality import may_found, may_join
from recog.store.catalog import Catalog
from recog.store.records import ClusterRun, Owners
from recog.types import Calibration, Cluster, Embeddings, FaceIds, Origin


@dataclass(frozen=True, slots=True)
class Grouping:
    """Identity clusters of the library.

    face_ids (n,) rising, embeddings (n, dim), photo_ids (n,), and person_ids (n,), whose the faces are (-1 nobody's):
    of all faces but ignored ones. clusters of two faces and more by falling size; those that the catalog holds already
    keep their numbers. singles counts the other faces. joined counts faces that came to earlier clusters, None where
    all was grouped anew.
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
        """Whose the named faces are."""
        return _person_of(self.face_ids, self.person_ids)


def cluster(
    catalog: Catalog,
    networks: Networks,
    *,
    method: str,
    k: int | None,
    threshold: float | None,
    seed: int,
    full: bool,
) -> ClusterReport:
    """Cluster all faces; identity clusters are remembered. No name is touched. The caller holds the writer's lock."""
    if method != IDENTITY:
        return _cells(catalog, networks, method, k=k, seed=seed)
    start = time.perf_counter()
    found = identity_grouping(catalog, networks, threshold=threshold, seed=seed, full=full)
    if len(found.face_ids) == 0:
        raise NoFaceFoundError("the library holds no face to cluster: run 'recog index FOLDER' first")
    saved = catalog.save_clusters(networks.info.sha256, method, found.parameters, found.clusters)
    named = summaries(catalog, saved, found.person_of)
    return ClusterReport(
        method=method,
        clusters=with_suggestions(
            catalog,
            networks,
            named,
            face_ids=found.face_ids,
            embeddings=found.embeddings,
            linkage=found.linkage,
        ),
        singletons=found.singles,
        threshold=found.linkage.threshold,
        k_reason="",
        seconds=time.perf_counter() - start,
        joined=found.joined,
    )


def identity_grouping(
    catalog: Catalog, networks: Networks, *, threshold: float | None = None, seed: int = 0, full: bool = False
) -> Grouping:
    """What `cluster` remembers; nothing is written.

    Earlier clusters of this network and threshold stay, and faces that came since join them or found new ones. Where
    there are none, or with `full`, all faces are grouped anew, and a cluster takes the number of the earlier one with
    which it shares most faces. Poor faces join clusters and found none; two faces of one photo are rarely one person,
    which counts. Confirmed faces of different people, and rejected ones, are kept apart; ignored faces are left out.
    """
    face_ids, embeddings = all_embeddings(catalog, networks)
    last_face = int(face_ids.max(initial=0))
    ignored = np.intersect1d(face_ids, list(catalog.ignored()))
    if ignored.size:
        cared = ~np.isin(face_ids, ignored)
        face_ids, embeddings = face_ids[cared], embeddings[cared]
    photo_ids, person_ids, confirmed = _owned(catalog.owners(), face_ids)
    calibration = networks.calibration
    linkage = linkage_of(calibration, len(face_ids), threshold=threshold)
    asked = _asked(calibration, threshold)
    run = catalog.cluster_run(networks.info.sha256)
    earlier = list(run.clusters) if run is not None else []
    joined = None
    if (
        run is None
        or full
        or run.method != "identity"
        or any(run.parameters.get(name) != value for name, value in asked.items())
    ):
        founders, joiners = _bars(catalog, face_ids)
        labels = identity_clusters(
            embeddings, linkage, photo_ids=photo_ids, may_found=founders, may_join=joiners, seed=seed
        )
    else:
        homes, new = _homes(face_ids, run)
        order = np.concatenate([np.flatnonzero(~new), np.flatnonzero(new)])
        labels = np.empty(len(face_ids), np.int64)
        labels[order] = extended_clusters(
            embeddings[~new],
            homes[~new],
            embeddings[new],
            linkage,
            photo_ids=photo_ids[order],
            bars=lambda rows: _bars(catalog, face_ids[order[rows]]),
            seed=seed,
        )
        joined = int(np.count_nonzero((labels >= 0) & (labels < len(earlier)) & (homes < 0)))
    labels = enforce_cannot_link(embeddings, labels, np.where(confirmed, person_ids, -1), _rejected(catalog, face_ids))
    clusters = [one for one in grouped(face_ids, embeddings, labels) if len(one.face_ids) > 1]
    return Grouping(
        face_ids=face_ids,
        embeddings=embeddings,
        photo_ids=photo_ids,
        person_ids=person_ids,
        clusters=_numbered(clusters, earlier),
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


def _owned(owners: Owners, face_ids: FaceIds) -> tuple[FaceIds, FaceIds, NDArray[np.bool_]]:
    """Photo, person (-1 nobody's) and whether a human said so, of these faces, (n,) each."""
    rows = np.searchsorted(owners.face_ids, face_ids)
    return owners.photo_ids[rows], owners.person_ids[rows], owners.confirmed[rows]


def _rejected(catalog: Catalog, face_ids: FaceIds) -> list[tuple[int, int]]:
    """Rows of the faces with the people whom a human said they are not."""
    rejections = catalog.rejections()
    theirs, rows, _ = np.intersect1d(face_ids, list(rejections), assume_unique=True, return_indices=True)
    return [
        (row, person_id)
        for face_id, row in zip(theirs.tolist(), rows.tolist(), strict=True)
        for person_id in rejections[face_id]
    ]


def _person_of(face_ids: FaceIds, person_ids: FaceIds) -> dict[int, int]:
    named = person_ids >= 0
    return dict(zip(face_ids[named].tolist(), person_ids[named].tolist(), strict=True))


def _bars(catalog: Catalog, face_ids: FaceIds) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which faces are good enough to found a cluster, and which to join one, (n,) each."""
    faces = catalog.faces(face_ids.tolist())
    qualities = [face_quality(faces[one].box, faces[one].sharpness) for one in face_ids.tolist()]
    founders, joiners = ([bool(bar(quality)) for quality in qualities] for bar in (may_found, may_join))
    return np.array(founders, np.bool_), np.array(joiners, np.bool_)


def _asked(calibration: Calibration, threshold: float | None) -> dict[str, object]:
    """What tells whether earlier clusters were made by the same rule; the number of faces is no part of it."""
    rule = calibration.clusters
    base = rule.threshold if rule is not None else calibration.threshold
    return {
        "threshold": base if threshold is None else threshold,
        "scatter": None if rule is None else list(astuple(rule.scatter)),
    }


def with_numbers(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Clusters that are not remembered get numbers after the highest, for one report."""
    highest = max((one.number for one in clusters if one.number is not None), default=0)
    fresh = count(highest + 1)
    return [replace(one, number=next(fresh)) if one.number is None else one for one in clusters]


def open_faces(catalog: Catalog, networks: Networks, number: int, person_id: int | None) -> list[int]:
    """The faces of a remembered cluster that can be confirmed as a person: nobody's by a human's word, not rejected."""
    run = catalog.cluster_run(networks.info.sha256)
    members = {one.number: one.face_ids for one in run.clusters} if run is not None else {}
    if number not in members:
        raise UnknownNumberError(f"no cluster has the number {number}: 'recog cluster' lists them")
    faces = catalog.faces(members[number])
    rejections = catalog.rejections()
    found = [
        face_id
        for face_id, face in faces.items()
        if face.origin is not Origin.CONFIRMED and person_id not in rejections.get(face_id, ())
    ]
    if not found:
        raise CatalogError(f"every face of cluster {number} is confirmed already, or was said not to be this person")
    return found


def _cells(catalog: Catalog, networks: Networks, method: str, *, k: int | None, seed: int) -> ClusterReport:
    """Group all faces by a registered method; the groups come and go with k, so they are told and not remembered."""
    start = time.perf_counter()
    group = CLUSTER_METHODS.named(method, besides=[IDENTITY])
    face_ids, embeddings = all_embeddings(catalog, networks)
    if len(face_ids) == 0:
        raise NoFaceFoundError("the library holds no face to cluster: run 'recog index FOLDER' first")
    result = group(embeddings, k, seed=seed)
    cells = grouped(face_ids, embeddings, result.labels)
    return ClusterReport(
        method=method,
        clusters=summaries(catalog, cells, _person_of(face_ids, _owned(catalog.owners(), face_ids)[1])),
        singletons=int(np.count_nonzero(np.asarray(result.labels) < 0)),
        threshold=None,
        k_reason=result.reason,
        seconds=time.perf_counter() - start,
    )


def _homes(face_ids: FaceIds, run: ClusterRun) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The earlier cluster of each face, (n,) and -1 for none, and which faces that run did not see."""
    homes = _places(face_ids, run.clusters)
    last, left_out = run.parameters.get("last_face", 0), run.parameters.get("left_out", [])
    new = (face_ids > last) | np.isin(face_ids, left_out)
    return homes, new & (homes < 0)


def _places(face_ids: FaceIds, clusters: Sequence[Cluster]) -> NDArray[np.int64]:
    """The place of the cluster that holds each face, (n,) and -1 for none; face_ids rise."""
    places = np.full(len(face_ids), -1, np.int64)
    members = np.fromiter(chain.from_iterable(one.face_ids for one in clusters), np.int64)
    rows = np.searchsorted(face_ids, members)
    known = np.isin(members, face_ids, assume_unique=True)
    places[rows[known]] = np.repeat(np.arange(len(clusters)), [len(one.face_ids) for one in clusters])[known]
    return places


def _numbered(clusters: list[Cluster], earlier: Sequence[Cluster]) -> list[Cluster]:
    """Each cluster with the number of the earlier one with which it shares most faces; the most shared choose first."""
    members = np.array(sorted(chain.from_iterable(one.face_ids for one in clusters)), np.int64)
    now, before = _places(members, clusters), _places(members, earlier)
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


def all_embeddings(catalog: Catalog, networks: Networks) -> tuple[FaceIds, Embeddings]:
    """Every face of the network with its embedding, by face id: (n,), (n, dim)."""
    rows = list(catalog.embeddings(networks.info.sha256))
    if not rows:
        return np.empty(0, np.int64), np.empty((0, networks.info.dim), np.float32)
    face_ids = np.concatenate([one.face_ids for one in rows])
    embeddings = np.concatenate([one.embeddings for one in rows])
    if np.all(np.diff(face_ids) > 0):
        return face_ids, embeddings
    order = np.argsort(face_ids)
    return face_ids[order], embeddings[order]


def summaries(catalog: Catalog, clusters: list[Cluster], person_of: Mapping[int, int]) -> tuple[ClusterSummary, ...]:
    """Clusters with the name that most of their named faces bear; person_of: whose the named faces are."""
    people = {person.id: person.name for person in catalog.people(hidden=True)}
    found = []
    for one in with_numbers(clusters):
        names = Counter(people[person_of[face_id]] for face_id in one.face_ids if face_id in person_of)
        name, named = names.most_common(1)[0] if names else (None, 0)
        found.append(ClusterSummary(one.number or 0, len(one.face_ids), one.face_ids, name, named))
    return tuple(found)


def grouped(face_ids: FaceIds, embeddings: Embeddings, labels: FaceIds) -> list[Cluster]:
    """Clusters by falling size, then by smallest face id; label -1 is nobody's."""
    inside = np.flatnonzero(labels >= 0)
    if not inside.size:
        return []
    order = inside[np.argsort(labels[inside], kind="stable")]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(labels[order])) + 1])
    centroids = unit_rows(np.add.reduceat(embeddings[order], starts, axis=0))
    members = np.split(face_ids[order], starts[1:])
    groups = [Cluster(tuple(ids.tolist()), centroid) for ids, centroid in zip(members, centroids, strict=True)]
    return sorted(groups, key=lambda one: (-len(one.face_ids), one.face_ids[0]))
