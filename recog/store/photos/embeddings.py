"""Embeddings in the order they were stored, and the log of removed ones."""

from collections.abc import Iterable, Iterator

from sqlalchemy import delete, func, literal, select, union

from recog.quality import SURE_SCORE
from recog.store.connection.database import Database
from recog.store.embedding_records import EmbeddingMark, EmbeddingRows, Gallery, ToldFaces
from recog.store.photos.removal import ERASURE, delete_embeddings
from recog.store.schema.digests import network_row
from recog.store.schema.encoding import chunks
from recog.store.schema.plain_rows import plain_rows
from recog.store.schema.tables import (
    assignments,
    embeddings,
    faces,
    ignored_faces,
    networks,
    processings,
    rejections,
    removals,
)
from recog.store.schema.vectors import face_ids_of, other_length, vectors_of
from recog.types import Embeddings, FaceIds, Origin


class StoredEmbeddings:
    """The catalog's embeddings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def batches(
        self,
        network_sha256: str,
        *,
        after: int = 0,
        until: int | None = None,
        batch: int = 20_000,
        whole: bool = False,
    ) -> Iterator[EmbeddingRows]:
        """Yield every embedding of a network stored after row `after`, in batches of at most `batch`; none is empty.

        No transaction is open between batches: embeddings stored meanwhile come in a later batch, a replaced one for
        the second time, unless `until` names the last row that is wanted. An embedding whose length is not its
        network's is a CatalogError, or left out if only `whole` ones are wanted.
        """
        while True:
            with self._database.reading() as connection:
                network_id, dim = network_row(connection, network_sha256)
                statement = (
                    select(embeddings.c.id, embeddings.c.face_id, embeddings.c.vector)
                    .where(embeddings.c.network_id == network_id, embeddings.c.id > after)
                    .order_by(embeddings.c.id)
                    .limit(batch)
                )
                if until is not None:
                    statement = statement.where(embeddings.c.id <= until)
                if whole:
                    statement = statement.where(~other_length(embeddings.c.vector, literal(dim)))
                rows = plain_rows(connection, statement)
            if not rows:
                return
            numbers, face_ids, vectors = zip(*rows, strict=True)
            after = numbers[-1]
            yield EmbeddingRows(after, face_ids_of(face_ids), vectors_of(vectors, dim))

    def of_faces(self, face_ids: Iterable[int], network_sha256: str) -> tuple[FaceIds, Embeddings]:
        """Return numbers (n,) and embeddings (n, dim) of these faces, by number; faces without one are left out."""
        found: dict[int, bytes] = {}
        with self._database.reading() as connection:
            network_id, dim = network_row(connection, network_sha256)
            for ids in chunks(int(face_id) for face_id in face_ids):
                statement = select(embeddings.c.face_id, embeddings.c.vector).where(
                    embeddings.c.network_id == network_id, embeddings.c.face_id.in_(ids)
                )
                found |= {row.face_id: row.vector for row in connection.execute(statement)}
        ordered = sorted(found)
        return face_ids_of(ordered), vectors_of([found[face_id] for face_id in ordered], dim)

    def of_told_faces(self, network_sha256: str) -> ToldFaces:
        """Return the faces that users named, rejected or ignored and that this network embedded, by face number."""
        confirmed = select(assignments.c.face_id).where(assignments.c.origin == Origin.CONFIRMED.value)
        told = union(confirmed, select(rejections.c.face_id), select(ignored_faces.c.face_id)).subquery()
        with self._database.reading() as connection:
            network_id, dim = network_row(connection, network_sha256)
            statement = (
                select(embeddings.c.face_id, faces.c.photo_id, embeddings.c.vector)
                .join(faces, faces.c.id == embeddings.c.face_id)
                .join(told, told.c.face_id == faces.c.id)
                .where(embeddings.c.network_id == network_id, ~other_length(embeddings.c.vector, literal(dim)))
                .order_by(embeddings.c.face_id)
            )
            rows = plain_rows(connection, statement)
        face_ids, photo_ids, vectors = zip(*rows, strict=True) if rows else ((), (), ())
        return ToldFaces(face_ids_of(face_ids), face_ids_of(photo_ids), vectors_of(vectors, dim))

    def gallery(self, network_sha256: str) -> Gallery:
        """Return the confirmed faces that lend their names to others, those of hidden people too, by face number.

        These are the faces that have an embedding of this network and of which the detector was sure.
        """
        with self._database.reading() as connection:
            network_id, dim = network_row(connection, network_sha256)
            statement = (
                select(embeddings.c.face_id, assignments.c.person_id, embeddings.c.vector)
                .join(assignments, assignments.c.face_id == embeddings.c.face_id)
                .join(faces, faces.c.id == embeddings.c.face_id)
                .where(
                    embeddings.c.network_id == network_id,
                    assignments.c.origin == Origin.CONFIRMED.value,
                    faces.c.score >= SURE_SCORE,
                )
                .order_by(embeddings.c.face_id)
            )
            rows = connection.execute(statement).all()
        return Gallery(
            face_ids_of([row.face_id for row in rows]),
            face_ids_of([row.person_id for row in rows]),
            vectors_of([row.vector for row in rows], dim),
        )

    def removals(self, after: int, network_sha256: str) -> tuple[int, FaceIds]:
        """Return the last removal, and the faces that an index which saw removal `after` must drop.

        A replaced embedding is a removal and a new row: drop first, then add `batches(after=...)`.
        """
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            statement = (
                select(removals.c.id, removals.c.face_id)
                .where(removals.c.network_id == network_id, removals.c.id > after)
                .order_by(removals.c.id)
            )
            rows = connection.execute(statement).all()
        gone = dict.fromkeys(row.face_id for row in rows if row.face_id != ERASURE)
        return (rows[-1].id if rows else after), face_ids_of(list(gone))

    def mark(self, network_sha256: str) -> EmbeddingMark:
        """Return how many embeddings a network has, and the last one stored and removed."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            stored = select(func.count(), func.coalesce(func.max(embeddings.c.id), 0)).where(
                embeddings.c.network_id == network_id
            )
            removed = select(func.coalesce(func.max(removals.c.id), 0)).where(removals.c.network_id == network_id)
            count, last = connection.execute(stored).one()
            return EmbeddingMark(count, last, connection.scalar(removed) or 0)

    def are_of_others(self, network_sha256: str) -> bool:
        """Return whether the catalog holds embeddings, but none of this network."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            own = select(embeddings.c.id).where(embeddings.c.network_id == network_id).limit(1)
            return connection.scalar(own) is None and connection.scalar(select(embeddings.c.id).limit(1)) is not None

    def networks(self) -> list[str]:
        """Return the digests of the networks that have embeddings here."""
        held = select(embeddings.c.id).where(embeddings.c.network_id == networks.c.id).exists()
        with self._database.reading() as connection:
            return list(connection.scalars(select(networks.c.sha256).where(held).order_by(networks.c.id)))

    def misshapen(self) -> dict[str, list[int]]:
        """Return the faces whose embedding has another length than its network's, by the network's digest."""
        statement = (
            select(networks.c.sha256, embeddings.c.face_id)
            .join(networks, networks.c.id == embeddings.c.network_id)
            .where(other_length(embeddings.c.vector, networks.c.dim))
            .order_by(embeddings.c.face_id)
        )
        found: dict[str, list[int]] = {}
        with self._database.reading() as connection:
            for sha256, face_id in connection.execute(statement):
                found.setdefault(sha256, []).append(face_id)
        return found

    def drop(self, face_ids: Iterable[int], network_sha256: str) -> None:
        """Drop the embeddings of these faces, so that the next run of indexing embeds their photos anew."""
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            for ids in chunks(face_ids):
                delete_embeddings(connection, ids, network_id)
                shown = select(faces.c.photo_id).where(faces.c.id.in_(ids))
                seen = (processings.c.network_id == network_id) & processings.c.photo_id.in_(shown)
                connection.execute(delete(processings).where(seen))
