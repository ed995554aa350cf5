"""The HNSW indexes of a PostgreSQL server: one a network, for its dimension and its rows alone.

See docs/decisions/pgvector.md.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from recog.store.connection.database import Database
from recog.store.schema.digests import network_row

MOST_DIMENSIONS = 4_000
"""Dimensions of a halfvec up to which pgvector builds an index."""
BUILD_MEGABYTES = 1_000
"""A build asks for at most this maintenance_work_mem; a server that gives more by itself keeps that."""
_LINKS = 400
"""Bytes of a face in the graph beside its vector, while it is built."""
_PREFIX = "hnsw_embeddings_near_"
_BUILDING = 0x686E7377  # "hnsw": the first key of the advisory lock; the second is the network's number


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured when an index was built: the width (ef) that reaches the promised recall, of how many faces."""

    ef: int
    recall_at_1: float
    recall_at_10: float
    faces: int


@dataclass(frozen=True, slots=True)
class HnswState:
    """An index as the server has it. A build that was cut short leaves one that is not valid.

    measured is None until its width was chosen.
    """

    valid: bool
    measured: Measured | None


class HnswIndexes:
    """The search indexes of a catalog on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, network_sha256: str) -> HnswState | None:
        """Return the network's index, None if it has none."""
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            return None if network_id is None else _state(connection, network_id)

    def size(self, network_sha256: str) -> int:
        """Return the bytes of the network's index; 0 if it has none."""
        asked = "SELECT coalesce(pg_relation_size(to_regclass(%s)), 0)"
        with self._database.reading() as connection:
            network_id, _ = network_row(connection, network_sha256)
            name = "" if network_id is None else _name(network_id)
            return int(connection.exec_driver_sql(asked, (name,)).scalar_one()) if name else 0

    def may_build(self) -> bool:
        """Return whether this user owns the table of embeddings: PostgreSQL lets nobody else make an index."""
        owned = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'embeddings'::regclass"
        with self._database.reading() as connection:
            return bool(connection.exec_driver_sql(owned).scalar())

    def build(self, network_sha256: str, *, count: int) -> bool:
        """Build the index of a network with `count` embeddings anew, while others read and write.

        Returns False if another client is building it. pgvector refuses more than MOST_DIMENSIONS.
        """
        with self._database.reading() as connection:
            network_id, dim = network_row(connection, network_sha256)
        if network_id is None:
            return False
        name = _name(network_id)
        with self._building(network_id, 1 + count * (2 * dim + _LINKS) // 1_000_000) as alone:
            if alone is None:
                return False
            alone.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
            alone.exec_driver_sql(
                f"CREATE INDEX CONCURRENTLY {name} ON embeddings USING hnsw "
                f"((near::halfvec({dim})) halfvec_l2_ops) WHERE network_id = {network_id}"
            )
            # ANALYZE would copy vectors into the statistics of the index, where they would outlive a forgotten person.
            alone.exec_driver_sql(f"ALTER INDEX {name} ALTER COLUMN 1 SET STATISTICS 0")
            # Without statistics of the numbers beside the vectors the planner takes the table for a small one.
            alone.exec_driver_sql("ANALYZE embeddings")
        return True

    def describe(self, network_sha256: str, measured: Measured) -> None:
        """Keep what was measured with the index: as its comment, which goes when the index goes."""
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            if network_id is not None and _state(connection, network_id) is not None:
                comment = json.dumps(asdict(measured))
                connection.exec_driver_sql(f"COMMENT ON INDEX {_name(network_id)} IS '{comment}'")

    def drop(self, network_sha256: str) -> None:
        """Drop the network's index, if it has one; searches then look at every face."""
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            if network_id is not None:
                connection.exec_driver_sql(f"DROP INDEX IF EXISTS {_name(network_id)}")

    @contextmanager
    def _building(self, network_id: int, megabytes: int) -> Iterator[Connection | None]:
        """Lend a connection that alone may build a network's index; None if another one does."""
        key, memory = f"{_BUILDING}, {network_id}", f"{min(BUILD_MEGABYTES, megabytes)}MB"
        with self._database.alone() as connection:
            if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({key})").scalar():
                yield None
                return
            try:
                connection.exec_driver_sql("SET lock_timeout = 0")  # a build waits for every older transaction
                connection.exec_driver_sql(
                    "SELECT set_config('maintenance_work_mem', %s, false) "
                    "WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes(%s)",
                    (memory, memory),
                )
                yield connection
            finally:
                for statement in (
                    "RESET maintenance_work_mem",
                    "RESET lock_timeout",
                    f"SELECT pg_advisory_unlock({key})",
                ):
                    connection.exec_driver_sql(statement)


def drop_hnsw_indexes(connection: Connection) -> None:
    """Drop the indexes of all networks that this user owns, before their table is written anew.

    PostgreSQL would build them again meanwhile, and keep everybody from the table for so long.
    """
    names = connection.exec_driver_sql(
        "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE indrelid = 'embeddings'::regclass AND starts_with(relname, %s) AND pg_has_role(relowner, 'USAGE')",
        (_PREFIX,),
    )
    for name in names.scalars().all():
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")


def _name(network_id: int) -> str:
    return f"{_PREFIX}{network_id}"


def _state(connection: Connection, network_id: int) -> HnswState | None:
    row = connection.exec_driver_sql(
        "SELECT indisvalid, obj_description(indexrelid, 'pg_class') FROM pg_index WHERE indexrelid = to_regclass(%s)",
        (_name(network_id),),
    ).one_or_none()
    if row is None:
        return None
    return HnswState(bool(row[0]), None if row[1] is None else Measured(**json.loads(row[1])))
