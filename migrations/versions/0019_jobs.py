"""The queue: files that are to be looked at, which several processes on several machines share among themselves.

Why: two machines that index the same folders did the same work twice. A process that claims a file holds a lease on it;
when the lease has run out, another one takes the file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("volume_id", ID, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("detector_id", ID, nullable=False),
        sa.Column("network_id", ID, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("owner", sa.String),
        sa.Column("lease_until", sa.Double),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("volume_id", "path", name="uq_jobs_volume_id_path"),
        sa.ForeignKeyConstraint(["volume_id"], ["volumes.id"], name="fk_jobs_volume_id"),
        sa.ForeignKeyConstraint(["detector_id"], ["detectors.id"], name="fk_jobs_detector_id"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_jobs_network_id"),
        sa.CheckConstraint("state IN ('waiting', 'claimed')", name=op.f("ck_jobs_state")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_state_attempts_id", "jobs", ["state", "attempts", "id"])


def downgrade() -> None:
    """Drop the queue; the next run of index finds its files again."""
    op.drop_table("jobs")
