"""Files that cannot be used, each with its reason.

Why: a file that failed must not be decoded again at every run while it is unchanged, and users want to know what was
left out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "failures",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("display", sa.String, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("failed_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failures"),
        sa.UniqueConstraint("path", name="uq_failures_path"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("failures")
