"""The boxes of forgotten faces, and erasures that are not finished.

Why: a new scan must not bring a forgotten person back, and a kill half-way must not leave bytes behind.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "forgotten_boxes",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("photo_sha256", sa.LargeBinary, nullable=False),
        *(sa.Column(side, sa.Double, nullable=False) for side in ("left", "top", "right", "bottom")),
        sa.PrimaryKeyConstraint("id", name="pk_forgotten_boxes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_forgotten_boxes_photo_sha256", "forgotten_boxes", ["photo_sha256"])
    op.create_table(
        "pending_erasures",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pending_erasures"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("pending_erasures", "forgotten_boxes"):
        op.drop_table(table)
