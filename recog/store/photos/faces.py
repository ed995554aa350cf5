"""Faces and their thumbnails, embeddings in the order they were stored, and the log of removed ones."""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from sqlalchemy import case, func, literal, select, union

from recog.quality import SURE_SCORE
from recog.store.part import CatalogPart
from recog.store.photos.face_rows import face_of, faces_by_id, faces_of_photos, select_faces
from recog.store.photos.removal import ERASURE
from recog.store.records import EmbeddingMark, EmbeddingRows, Owners, ToldFaces
from recog.store.schema.digests import network_row
from recog.store.schema.encoding import chunks, face_ids_of, other_length, vectors_of
from recog.store.schema.plain_rows import plain_rows
from recog.store.schema.tables import assignments, embeddings, faces, ignored_faces, rejections, removals, thumbnails
from recog.types import Embeddings, Face, FaceIds, Origin


class Faces(CatalogPart):
    """The catalog's faces."""

    def faces(self, face_ids: Iterable[int]) -> dict[int, Face]:
        """Faces by number; unknown numbers are left out."""
        with self._database.reading() as connection:
            return faces_by_id(connection, [int(face_id) for face_id in face_ids])

    def owners(self) -> Owners:
        """Photo and person of every face: of large libraries much faster than all of `faces`."""
        statement = (
            select(
                faces.c.id,
                faces.c.photo_id,
                func.coalesce(assignments.c.person_id, -1),
                case((assignments.c.origin == Origin.CONFIRMED.value, 1), else_=0),
            )
            .select_from(faces.outerjoin(assignments, assignments.c.face_id == faces.c.id))
            .order_by(faces.c.id)
        )
        with self._database.reading() as connection:
            rows = plain_rows(connection, statement)
        found = np.fromiter(chain.from_iterable(rows), np.int64, 4 * len(rows)).reshape(-1, 4)
        face_ids, photo_ids, person_ids, confirmed = np.ascontiguousarray(found.T)
        return Owners(face_ids, photo_ids, person_ids, confirmed.astype(np.bool_))

    def doubted_faces(self) -> set[int]:
        """The faces of which the detector was unsure: they get no name by distance (see recog.quality.doubt_of)."""
        with self._database.reading() as connection:
            return set(connection.scalars(select(faces.c.id).where(faces.c.score < SURE_SCORE)))

    def faces_of_photo(self, photo_id: int) -> list[Face]:
        """The faces of a photo, oldest first."""
        with self._database.reading() as connection:
            return faces_of_photos(connection, [photo_id])[photo_id]

    def faces_of_photos(self, photo_ids: Iterable[int]) -> dict[int, list[Face]]:
        """The faces of photos, oldest first; a photo without faces, or unknown, has an empty list."""
        with self._database.reading() as connection:
            return faces_of_photos(connection, photo_ids)

    def faces_of_person(self, person_id: int) -> list[Face]:
        """The confirmed and matched faces of a person, confirmed first, oldest first."""
        statement = (
            select_faces().where(assignments.c.person_id == person_id).order_by(assignments.c.origin, faces.c.id)
        )
        with self._database.reading() as connection:
            return [face_of(row) for row in connection.execute(statement)]

    def thumbnails(self, face_ids: Iterable[int]) -> dict[int, bytes]:
        """Small JPEGs by face; unknown faces are left out."""
        found: dict[int, bytes] = {}
        with self._database.reading() as connection:
            for ids in chunks(int(face_id) for face_id in face_ids):
                rows = connection.execute(select(thumbnails).where(thumbnails.c.face_id.in_(ids)))
                found |= {row.face_id: row.jpeg for row in rows}
        return found

    def embeddings(
        self,
        network_sha256: str,
        *,
        after: int = 0,
        until: int | None = None,
        batch: int = 20_000,
        whole: bool = False,
    ) -> Iterator[EmbeddingRows]:
        """Every embedding of a network stored after row `after`, in runs of at most `batch`; no run is empty.

        Between runs no transaction is open: what is stored meanwhile comes in a later run, a replaced embedding for the
        second time, unless `until` names the last row that is wanted. One of another length than its network's is a
        CatalogError; or it is left out, where only `whole` ones are wanted.
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

    def embeddings_of(self, face_ids: Iterable[int], network_sha256: str) -> tuple[FaceIds, Embeddings]:
        """The embeddings of these faces, by face number, (n,) and (n, dim); faces without one are left out."""
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

    def told_faces(self, network_sha256: str) -> ToldFaces:
        """The faces of which a human said anything and that have an embedding of this network, by face number."""
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

    def removals(self, after: int, network_sha256: str) -> tuple[int, FaceIds]:
        """What an index that saw removal `after` must drop, and the last removal there is.

        A replaced embedding is a removal and a new row: drop first, then add `embeddings(after=...)`.
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

    def embedding_mark(self, network_sha256: str) -> EmbeddingMark:
        """How far the embeddings of a network have come."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            stored = select(func.count(), func.coalesce(func.max(embeddings.c.id), 0)).where(
                embeddings.c.network_id == network_id
            )
            removed = select(func.coalesce(func.max(removals.c.id), 0)).where(removals.c.network_id == network_id)
            count, last = connection.execute(stored).one()
            return EmbeddingMark(count, last, connection.scalar(removed) or 0)
