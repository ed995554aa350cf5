"""Clusters: the latest run of each network."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import chain, islice

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from recog.distance import unit_rows
from recog.errors import CatalogError
from recog.store.connection.database import Database
from recog.store.records import ClusterRun
from recog.store.schema.digests import network_row
from recog.store.schema.encoding import chunks, now
from recog.store.schema.plain_rows import plain_rows
from recog.store.schema.tables import cluster_faces, cluster_runs, clusters, embeddings, faces
from recog.store.schema.vectors import vector_bytes, vectors_of
from recog.types import Cluster

_WRITTEN_AT_ONCE = 100_000
"""Faces of clusters that are written at once; bounds the memory."""


class Clusters:
    """The catalog's clusters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, network_sha256: str, method: str, parameters: Mapping[str, object], found: Sequence[Cluster]
    ) -> list[Cluster]:
        """Replace the clusters of a network; return them in the given order, each with its number.

        A cluster with a number keeps it if the network has a cluster of that number, which it replaces. Faces that are
        gone are left out. parameters must be plain JSON values.
        """
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            if network_id is None:
                raise CatalogError(f"no face has an embedding of the network {network_sha256[:12]}: index photos first")
            run_id = _put_run(connection, network_id, method, parameters)
            known: dict[int, bytes] = dict(
                connection.execute(select(clusters.c.id, clusters.c.centroid).where(clusters.c.run_id == run_id)).all()
            )
            numbers = [one.number if one.number in known else None for one in found]
            members = _members(connection, run_id)
            same = {
                number
                for one, number in zip(found, numbers, strict=True)
                if number is not None and known[number] == vector_bytes(one.centroid)
            }
            held: dict[int | None, int] = {
                number: len(members.get(number, ()))
                for one, number in zip(found, numbers, strict=True)
                if number is not None and one.face_ids[: len(members.get(number, ()))] == members.get(number, ())
            }
            _clear(connection, known.keys() - held.keys(), kept={number for number in numbers if number is not None})
            saved = _put_clusters(connection, run_id, found, numbers, same)
            _put_members(connection, saved, held, set(chain.from_iterable(members.values())))
        return saved

    def run(self, network_sha256: str) -> ClusterRun | None:
        """Return the latest clusters of a network, largest first, then by number, and how they were made, or None."""
        with self._database.reading() as connection:
            network_id, dim = network_row(connection, network_sha256)
            run = connection.execute(select(cluster_runs).where(cluster_runs.c.network_id == network_id)).first()
            if run is None:
                return None
            members = _members(connection, run.id)
            rows = connection.execute(select(clusters).where(clusters.c.run_id == run.id)).all()
        centroids = vectors_of([row.centroid for row in rows], dim)
        found = [
            Cluster(members[row.id], centroid, row.id)
            for row, centroid in zip(rows, centroids, strict=True)
            if row.id in members
        ]
        found.sort(key=lambda one: (-len(one.face_ids), one.number))
        return ClusterRun(run.method, json.loads(run.parameters), tuple(found), run.made_at)


def _members(connection: Connection, run_id: int) -> dict[int, tuple[int, ...]]:
    """Return the faces of each cluster of a run, in order; a cluster without faces is left out."""
    members: dict[int, list[int]] = {}
    statement = (
        select(cluster_faces.c.cluster_id, cluster_faces.c.face_id)
        .join(clusters, clusters.c.id == cluster_faces.c.cluster_id)
        .where(clusters.c.run_id == run_id)
        .order_by(cluster_faces.c.cluster_id, cluster_faces.c.position)
    )
    for cluster_id, face_id in plain_rows(connection, statement):
        members.setdefault(cluster_id, []).append(face_id)
    return {cluster_id: tuple(face_ids) for cluster_id, face_ids in members.items()}


def _put_run(connection: Connection, network_id: int, method: str, parameters: Mapping[str, object]) -> int:
    run = {"method": method, "parameters": json.dumps(parameters), "made_at": now()}
    replaced = update(cluster_runs).where(cluster_runs.c.network_id == network_id).values(run)
    run_id = connection.scalar(replaced.returning(cluster_runs.c.id))
    if run_id is None:
        new = insert(cluster_runs).values(network_id=network_id, **run)
        run_id = connection.execute(new.returning(cluster_runs.c.id)).scalar_one()
    return int(run_id)


def _clear(connection: Connection, known: Iterable[int], *, kept: Collection[int]) -> None:
    """Empty these clusters, and delete those that are not kept."""
    for ids in chunks(known):
        connection.execute(delete(cluster_faces).where(cluster_faces.c.cluster_id.in_(ids)))
        gone = [number for number in ids if number not in kept]
        connection.execute(delete(clusters).where(clusters.c.id.in_(gone)))


def _put_clusters(
    connection: Connection,
    run_id: int,
    found: Sequence[Cluster],
    numbers: Sequence[int | None],
    same: Collection[int],
) -> list[Cluster]:
    """Write changed centroids, and those of new clusters, which get their numbers."""
    if changed := [
        {"number": number, "new_centroid": vector_bytes(one.centroid)}
        for one, number in zip(found, numbers, strict=True)
        if number is not None and number not in same
    ]:
        own = update(clusters).where(clusters.c.id == bindparam("number")).values(centroid=bindparam("new_centroid"))
        connection.execute(own, changed)
    given: Iterator[int] = iter(())
    if fresh := [
        {"run_id": run_id, "centroid": vector_bytes(one.centroid)}
        for one, number in zip(found, numbers, strict=True)
        if number is None
    ]:
        given = iter(
            connection.scalars(insert(clusters).returning(clusters.c.id, sort_by_parameter_order=True), fresh).all()
        )
    return [
        one if number is not None and one.number == number else replace(one, number=number or next(given))
        for one, number in zip(found, numbers, strict=True)
    ]


def _put_members(
    connection: Connection, saved: Sequence[Cluster], held: Mapping[int | None, int], known: AbstractSet[int]
) -> None:
    """Write the faces after the first ones, which a cluster already holds. known: faces that surely exist."""
    fresh = {one.number: one.face_ids[held.get(one.number, 0) :] for one in saved}
    last: dict[int | None, int] = {}
    for ids in chunks(number for number, face_ids in fresh.items() if face_ids and held.get(number)):
        positions = select(cluster_faces.c.cluster_id, func.max(cluster_faces.c.position))
        held_now = positions.where(cluster_faces.c.cluster_id.in_(ids)).group_by(cluster_faces.c.cluster_id)
        last |= dict(connection.execute(held_now).all())
    present = set(known)
    for new in chunks(face_id for face_ids in fresh.values() for face_id in face_ids if face_id not in known):
        present |= set(connection.scalars(select(faces.c.id).where(faces.c.id.in_(new))))
    members = (
        {"cluster_id": number, "face_id": int(face_id), "position": position}
        for number, face_ids in fresh.items()
        for position, face_id in enumerate(face_ids, last.get(number, -1) + 1)
        if face_id in present
    )
    while some := list(islice(members, _WRITTEN_AT_ONCE)):
        connection.execute(insert(cluster_faces), some)


def take_out_of_clusters(connection: Connection, face_ids: Iterable[int]) -> None:
    """Remove faces from their clusters; the centroid becomes the mean of the rest, and an empty cluster goes."""
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
