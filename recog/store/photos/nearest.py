"""Search of a PostgreSQL server among its half-precision vectors.

Candidates come by the halfvec, with the exact bytes of each, from which the caller computes distances. See
docs/decisions/pgvector.md.
"""

from typing import Any, TypeAlias

from sqlalchemy import ARRAY, ColumnElement, String, bindparam, cast, func, literal_column, select, true

from recog.store.connection.database import Database
from recog.store.photos.among import those_among
from recog.store.records import Among
from recog.store.schema.digests import network_row
from recog.store.schema.halfvec import Halfvec, halfvec_texts, server_embeddings
from recog.store.schema.tables import embeddings
from recog.store.schema.vectors import face_ids_of, other_length, vectors_of
from recog.types import Embeddings, FaceIds

WIDEST = 1_000
"""The largest hnsw.ef_search that pgvector takes."""
_COPIED_AT_ONCE = 5_000

Candidates: TypeAlias = list[tuple[FaceIds, Embeddings]]
"""For each probe (n,) faces and their exact embeddings (n, dim), in no order."""


class NearestFaces:
    """The search of a catalog on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def candidates(
        self, network_sha256: str, probes: Embeddings, reach: int, *, ef: int | None, among: Among | None = None
    ) -> Candidates:
        """Return up to `reach` of the nearest faces of each probe, (p, dim).

        ef is the width of the search in the network's index, if it has one; None looks at every face. Of a search that
        is limited to some faces, the server goes on until enough of them are found (iterative scan).
        """
        with self._database.reading() as connection:
            network_id, dim = network_row(connection, network_sha256)
            if network_id is None:
                return [(face_ids_of([]), vectors_of([], dim)) for _ in probes]
            if ef is not None:
                connection.exec_driver_sql(f"SET LOCAL hnsw.ef_search = {min(WIDEST, max(ef, reach))}")
                connection.exec_driver_sql("SET LOCAL hnsw.iterative_scan = relaxed_order")
            # Read as vectors before they are unnested, else the server reads the text again for each face.
            several = func.unnest(cast(bindparam("probes", type_=ARRAY(String)), ARRAY(Halfvec())))
            asked = several.table_valued("probe", with_ordinality="number", name="asked").render_derived()
            # PostgreSQL uses the partial index because this expression and the condition repeat its own to the letter.
            near: ColumnElement[Any] = literal_column(f"(embeddings.near::halfvec({dim}))")
            distance: ColumnElement[float] = near.op("<->")(cast(asked.c.probe, Halfvec(dim)))
            found = (
                select(embeddings.c.face_id, embeddings.c.vector)
                .where(
                    embeddings.c.network_id == literal_column(str(network_id)),
                    literal_column("embeddings.near").is_not(None),
                    *those_among(connection, self._database.host, among),
                )
                .order_by(distance if ef is not None else distance + literal_column("0"))
                .limit(reach)
                .lateral("found")
            )
            statement = select(asked.c.number, found.c.face_id, found.c.vector).select_from(asked.join(found, true()))
            rows = connection.execute(statement, {"probes": halfvec_texts(probes)}).all()
        by_probe: list[list[tuple[int, bytes]]] = [[] for _ in probes]
        for number, face_id, vector in rows:
            by_probe[number - 1].append((face_id, vector))
        return [
            (face_ids_of([face_id for face_id, _ in one]), vectors_of([vector for _, vector in one], dim))
            for one in by_probe
        ]

    def are_few(self, network_sha256: str, among: Among, *, most: int) -> bool:
        """Return whether a search that is limited to `among` has at most so many faces to look at."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            those = those_among(connection, self._database.host, among)
            limited = select(embeddings.c.face_id).where(embeddings.c.network_id == network_id, *those)
            counted = select(func.count()).select_from(limited.limit(most + 1).subquery())
            return (connection.scalar(counted) or 0) <= most

    def count(self, network_sha256: str) -> int:
        """Return how many embeddings of a network the server can search."""
        return self._counted(network_sha256, server_embeddings.c.near.is_not(None))

    def without_copy(self, network_sha256: str) -> int:
        """Return how many whole embeddings of a network have no half-precision copy, so that no search finds them."""
        with self._database.reading() as connection:
            _, dim = network_row(connection, network_sha256)
        whole = ~other_length(server_embeddings.c.vector, literal_column(str(dim)))
        return self._counted(network_sha256, server_embeddings.c.near.is_(None) & whole)

    def sample(self, network_sha256: str, size: int) -> list[int]:
        """Return up to `size` faces that the server can search, drawn by a digest of their numbers."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            statement = (
                select(server_embeddings.c.face_id)
                .where(server_embeddings.c.network_id == network_id, server_embeddings.c.near.is_not(None))
                .order_by(func.md5(cast(server_embeddings.c.face_id, String)))
                .limit(size)
            )
            return list(connection.scalars(statement))

    def copy_missing(self, network_sha256: str) -> int:
        """Make the half-precision copies that are missing; return how many."""
        table, made, after = server_embeddings, 0, 0
        write = table.update().where(table.c.id == bindparam("row")).values(near=bindparam("copy"))
        while True:
            with self._database.writing() as connection:
                network_id, dim = network_row(connection, network_sha256)
                absent = table.c.near.is_(None) & ~other_length(table.c.vector, literal_column(str(dim)))
                statement = (
                    select(table.c.id, table.c.vector)
                    .where(table.c.network_id == network_id, table.c.id > after, absent)
                    .order_by(table.c.id)
                    .limit(_COPIED_AT_ONCE)
                )
                rows = connection.execute(statement).all()
                if not rows:
                    return made
                after = rows[-1].id
                copies = halfvec_texts(vectors_of([row.vector for row in rows], dim))
                connection.execute(
                    write, [{"row": row.id, "copy": copy} for row, copy in zip(rows, copies, strict=True)]
                )
                made += sum(copy is not None for copy in copies)

    def _counted(self, network_sha256: str, which: ColumnElement[bool]) -> int:
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            statement = select(func.count()).select_from(server_embeddings)
            return connection.scalar(statement.where(server_embeddings.c.network_id == network_id, which)) or 0
