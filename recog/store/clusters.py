"""Clusters: the latest run of each network."""

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from recog.distance import unit_rows
from recog.errors import CatalogError
from recog.store.digests import network_row
from recog.store.encoding import chunks, now, vector_bytes, vectors_of
from recog.store.part import CatalogPart
from recog.store.records import ClusterRun
from recog.store.tables import cluster_faces, cluster_runs, clusters, embeddings, faces
from recog.types import Cluster


class Clusters(CatalogPart):
    """The catalog's clusters."""

    def save_clusters(
        self, network_sha256: str, method: str, parameters: Mapping[str, object], found: Sequence[Cluster]
    ) -> None:
        """Replace the clusters of a network, keeping their order; faces that are gone meanwhile are left out.

        parameters must be plain JSON values.
        """
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            if network_id is None:
                raise CatalogError(f"no face has an embedding of the network {network_sha256[:12]}: index photos first")
            connection.execute(delete(cluster_runs).where(cluster_runs.c.network_id == network_id))
            run = {"network_id": network_id, "method": method, "parameters": json.dumps(parameters), "made_at": now()}
            run_id = connection.execute(insert(cluster_runs).values(run).returning(cluster_runs.c.id)).scalar_one()
            if not found:
                return
            rows = [{"run_id": run_id, "centroid": vector_bytes(cluster.centroid)} for cluster in found]
            numbers = connection.scalars(insert(clusters).returning(clusters.c.id, sort_by_parameter_order=True), rows)
            members = [
                {"cluster_id": cluster_id, "face_id": int(face_id), "position": position}
                for cluster_id, cluster in zip(numbers, found, strict=True)
                for position, face_id in enumerate(cluster.face_ids)
            ]
            present = set(connection.scalars(select(faces.c.id)))
            if members := [member for member in members if member["face_id"] in present]:
                connection.execute(insert(cluster_faces), members)

    def clusters(self, network_sha256: str) -> list[Cluster]:
        """The latest clusters of a network in the order they were saved; empty where there are none."""
        run = self.cluster_run(network_sha256)
        return [] if run is None else list(run.clusters)

    def cluster_run(self, network_sha256: str) -> ClusterRun | None:
        """The latest clusters of a network with how they were made."""
        with self._database.reading() as connection:
            network_id, dim = network_row(connection, network_sha256)
            run = connection.execute(select(cluster_runs).where(cluster_runs.c.network_id == network_id)).first()
            if run is None:
                return None
            members: dict[int, list[int]] = {}
            statement = (
                select(cluster_faces.c.cluster_id, cluster_faces.c.face_id)
                .join(clusters, clusters.c.id == cluster_faces.c.cluster_id)
                .where(clusters.c.run_id == run.id)
                .order_by(cluster_faces.c.cluster_id, cluster_faces.c.position)
            )
            for cluster_id, face_id in connection.execute(statement):
                members.setdefault(cluster_id, []).append(face_id)
            rows = connection.execute(select(clusters).where(clusters.c.run_id == run.id).order_by(clusters.c.id)).all()
        found = tuple(
            Cluster(tuple(members[row.id]), vectors_of([row.centroid], dim)[0]) for row in rows if row.id in members
        )
        return ClusterRun(run.method, json.loads(run.parameters), found, run.made_at)


def take_out_of_clusters(connection: Connection, face_ids: Iterable[int]) -> None:
    """Take faces out of their clusters and out of the centroids: the mean of who is left, or no cluster at all."""
    affected: set[int] = set()
    for ids in chunks(face_ids):
        inside = cluster_faces.c.face_id.in_(ids)
        affected |= set(connection.scalars(select(cluster_faces.c.cluster_id).where(inside)))
        connection.execute(delete(cluster_faces).where(inside))
    for cluster_id in affected:
        statement = (
            select(embeddings.c.vector)
            .join(cluster_faces, cluster_faces.c.face_id == embeddings.c.face_id)
            .join(clusters, clusters.c.id == cluster_faces.c.cluster_id)
            .join(cluster_runs, cluster_runs.c.id == clusters.c.run_id)
            .where(clusters.c.id == cluster_id, embeddings.c.network_id == cluster_runs.c.network_id)
        )
        blobs = list(connection.scalars(statement))
        mean = vectors_of(blobs, len(blobs[0]) // 4).mean(axis=0, keepdims=True) if blobs else None  # (1, dim)
        if mean is None or not np.any(mean):
            connection.execute(delete(clusters).where(clusters.c.id == cluster_id))
            continue
        centroid = vector_bytes(unit_rows(mean)[0])
        connection.execute(update(clusters).where(clusters.c.id == cluster_id).values(centroid=centroid))
