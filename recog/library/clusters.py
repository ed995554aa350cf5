"""Group the library's faces: identity clusters, or k-means cells."""

import time
from collections import Counter

import numpy as np

from recog.cluster.kmeans import k_means
from recog.cluster.linkage import identity_clusters
from recog.distance import unit_rows
from recog.errors import NoFaceFoundError
from recog.library.networks import Networks
from recog.library.probes import face_quality
from recog.library.results import ClusterReport, ClusterSummary
from recog.quality import may_found
from recog.store.catalog import Catalog
from recog.types import Cluster, Embeddings, FaceIds


def cluster(
    catalog: Catalog, networks: Networks, *, method: str, k: int | None, threshold: float | None, seed: int
) -> ClusterReport:
    """Cluster all faces and remember the clusters; names are not touched. The caller holds the writer's lock."""
    start = time.perf_counter()
    face_ids, embeddings = all_embeddings(catalog, networks)
    if len(face_ids) == 0:
        raise NoFaceFoundError("the library holds no face to cluster: run 'recog index FOLDER' first")
    reason = ""
    used: float | None = None
    if method == "kmeans":
        result = k_means(embeddings, k, seed=seed)
        labels, reason = result.labels, result.reason
    else:
        used = networks.calibration.threshold if threshold is None else threshold
        labels = identity_labels(catalog, face_ids, embeddings, threshold=used)
    found = grouped(face_ids, embeddings, labels)
    clusters = [one for one in found if len(one.face_ids) > 1 or method == "kmeans"]
    catalog.save_clusters(networks.info.sha256, method, {"k": k, "threshold": used, "seed": seed}, clusters)
    return ClusterReport(
        method=method,
        clusters=summaries(catalog, clusters),
        singletons=len(found) - len(clusters) + int(np.count_nonzero(labels < 0)),
        threshold=used,
        k_reason=reason,
        seconds=time.perf_counter() - start,
    )


def identity_labels(catalog: Catalog, face_ids: FaceIds, embeddings: Embeddings, *, threshold: float) -> FaceIds:
    """Cluster label of each face, (n,) int64, -1 alone.

    Two faces of one photo are rarely one person, which counts; poor faces join clusters and found none.
    """
    known = catalog.faces(face_ids.tolist())
    faces = [known[face_id] for face_id in face_ids.tolist()]
    return identity_clusters(
        embeddings,
        threshold=threshold,
        photo_ids=np.array([face.photo_id for face in faces], dtype=np.int64),
        may_found=np.array([bool(may_found(face_quality(face.box, face.sharpness))) for face in faces], dtype=np.bool_),
    )


def all_embeddings(catalog: Catalog, networks: Networks) -> tuple[FaceIds, Embeddings]:
    """Every face of the network with its embedding, by face id: (n,), (n, dim)."""
    rows = list(catalog.embeddings(networks.info.sha256))
    if not rows:
        return np.empty(0, np.int64), np.empty((0, networks.info.dim), np.float32)
    face_ids = np.concatenate([one.face_ids for one in rows])
    order = np.argsort(face_ids)
    return face_ids[order], np.concatenate([one.embeddings for one in rows])[order]


def summaries(catalog: Catalog, clusters: list[Cluster]) -> tuple[ClusterSummary, ...]:
    """Clusters with the name that most of their named faces bear."""
    faces = catalog.faces([face_id for one in clusters for face_id in one.face_ids])
    people = {person.id: person.name for person in catalog.people(hidden=True)}
    found = []
    for number, one in enumerate(clusters, start=1):
        names = Counter(
            people[person_id]
            for face_id in one.face_ids
            if face_id in faces and (person_id := faces[face_id].person_id) is not None
        )
        name, named = names.most_common(1)[0] if names else (None, 0)
        found.append(ClusterSummary(number, len(one.face_ids), one.face_ids, name, named))
    return tuple(found)


def grouped(face_ids: FaceIds, embeddings: Embeddings, labels: FaceIds) -> list[Cluster]:
    """Clusters by falling size, then by smallest face id; label -1 is nobody's."""
    groups = []
    for label in np.unique(labels[labels >= 0]):
        rows = np.flatnonzero(labels == label)
        centroid = unit_rows(embeddings[rows].mean(axis=0, keepdims=True))[0]
        groups.append(Cluster(tuple(face_ids[rows].tolist()), centroid))
    return sorted(groups, key=lambda one: (-len(one.face_ids), one.face_ids[0]))
