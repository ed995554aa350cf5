"""The table of the queue."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from recog.store.schema.columns import ID, id_column, metadata

# Files to be looked at, see recog.store.jobs. lease_until is in seconds since 1970; attempts counts claims that did not
# end well, and the one that stands.
jobs = Table(
    "jobs",
    metadata,
    id_column(),
    Column("volume_id", ID, ForeignKey("volumes.id"), nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("detector_id", ID, ForeignKey("detectors.id"), nullable=False),
    Column("network_id", ID, ForeignKey("networks.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("owner", String),
    Column("lease_until", Double),
    Column("attempts", Integer, nullable=False),
    Column("reason", String, nullable=False),
    UniqueConstraint("volume_id", "path"),
    CheckConstraint("state IN ('waiting', 'claimed')", name="state"),
    Index(None, "state", "attempts", "id"),
    sqlite_autoincrement=True,
)
