"""Style jobs: the picture of each photo in each style, and the state of its job.

Why: a batch runs for hours. After a kill it must continue where it was, and make no picture twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "style_jobs",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("photo_sha256", sa.LargeBinary, nullable=False),
        sa.Column("photo_path", sa.LargeBinary, nullable=False),
        sa.Column("style_sha256", sa.LargeBinary, nullable=False),
        sa.Column("style_path", sa.LargeBinary, nullable=False),
        sa.Column("settings_digest", sa.String, nullable=False),
        sa.Column("settings", sa.String, nullable=False),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("network_sha256", sa.String, nullable=False),
        sa.Column("output_path", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("output_sha256", sa.LargeBinary),
        sa.Column("costs", sa.String, nullable=False),
        sa.Column("seconds", sa.Double),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("made_at", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_style_jobs"),
        sa.UniqueConstraint("output_path", name="uq_style_jobs_output_path"),
        sa.CheckConstraint("state IN ('planned', 'running', 'done', 'failed')", name=op.f("ck_style_jobs_state")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_style_jobs_photo_sha256", "style_jobs", ["photo_sha256"])
    op.create_index("ix_style_jobs_style_sha256", "style_jobs", ["style_sha256"])


def downgrade() -> None:
    op.drop_table("style_jobs")
