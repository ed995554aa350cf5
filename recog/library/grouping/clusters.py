"""Cluster the library's faces, remember identity clusters, and sum up groups."""

import time
from collections import Counter
from collections.abc import Mapping

import numpy as np

from recog.cluster.registry import CLUSTER_METHODS, IDENTITY
from recog.errors import CatalogError, NoFaceFoundError, UnknownNumberError, WayOut
from recog.library.grouping.identity import all_embeddings, identity_grouping, owned, person_of
from recog.library.grouping.numbering import grouped, with_numbers
from recog.library.grouping.results import ClusterReport, ClusterSummary
from recog.library.grouping.suggestions import with_suggestions
from recog.library.networks import Networks
from recog.lookalikes import twins_of
from recog.store.catalog import Catalog
from recog.types import Cluster, Origin


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
        raise NoFaceFoundError("the library holds no face to cluster", way_out=WayOut.INDEX)
    saved = catalog.clusters.save(networks.info.sha256, method, found.parameters, found.clusters)
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


def _cells(catalog: Catalog, networks: Networks, method: str, *, k: int | None, seed: int) -> ClusterReport:
    """Group all faces by a registered method; the groups come and go with k, so they are told and not remembered."""
    start = time.perf_counter()
    group = CLUSTER_METHODS.named(method, besides=[IDENTITY])
    face_ids, embeddings = all_embeddings(catalog, networks)
    if len(face_ids) == 0:
        raise NoFaceFoundError("the library holds no face to cluster", way_out=WayOut.INDEX)
    result = group(embeddings, k, seed=seed)
    cells = grouped(face_ids, embeddings, result.labels)
    return ClusterReport(
        method=method,
        clusters=summaries(catalog, cells, person_of(face_ids, owned(catalog.faces.owners(), face_ids)[1])),
        singletons=int(np.count_nonzero(np.asarray(result.labels) < 0)),
        threshold=None,
        k_reason=result.reason,
        seconds=time.perf_counter() - start,
    )


def open_faces(catalog: Catalog, networks: Networks, number: int, person_id: int | None) -> list[int]:
    """Return the faces of a remembered cluster that can be confirmed as a person: neither confirmed nor rejected."""
    run = catalog.clusters.run(networks.info.sha256)
    members = {one.number: one.face_ids for one in run.clusters} if run is not None else {}
    if number not in members:
        raise UnknownNumberError(f"no cluster has the number {number}", way_out=WayOut.LIST_CLUSTERS)
    faces = catalog.faces.by_ids(members[number])
    rejections = catalog.people.rejections()
    found = [
        face_id
        for face_id, face in faces.items()
        if face.origin is not Origin.CONFIRMED and person_id not in rejections.get(face_id, ())
    ]
    if not found:
        raise CatalogError(f"every face of cluster {number} is confirmed already, or was said not to be this person")
    return found


def summaries(catalog: Catalog, clusters: list[Cluster], person_of: Mapping[int, int]) -> tuple[ClusterSummary, ...]:
    """Sum up clusters, with the name that most of their named faces bear; person_of: face id to person id."""
    people = {person.id: person.name for person in catalog.people.all(hidden=True)}
    twins = {
        people[one]: tuple(sorted(people[other] for other in others))
        for one, others in twins_of(catalog.people.twin_pairs()).items()
    }
    found = []
    for one in with_numbers(clusters):
        names = Counter(people[person_of[face_id]] for face_id in one.face_ids if face_id in person_of)
        name, named = names.most_common(1)[0] if names else (None, 0)
        found.append(
            ClusterSummary(
                one.number or 0, len(one.face_ids), one.face_ids, name, named, twins=twins.get(name or "", ())
            )
        )
    return tuple(found)
