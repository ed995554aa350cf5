"""Photos and the files that show them.

Why: a photo is its content. Files are moved, copied and deleted; what was found in the content stays.
"""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    library = op.create_table(
        "library",
        sa.Column("id", sa.Integer, autoincrement=False),
        sa.Column("uuid", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_library"),
    )
    created_at = datetime.now(UTC).isoformat(timespec="seconds")
    op.bulk_insert(library, [{"id": 1, "uuid": str(uuid4()), "created_at": created_at}])
    op.create_table(
        "roots",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("display", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roots"),
        sa.UniqueConstraint("path", name="uq_roots_path"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "photos",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("taken_at", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.UniqueConstraint("sha256", name="uq_photos_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "files",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("display", sa.String, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("photo_id", ID, nullable=False),
        sa.Column("missing", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("path", name="uq_files_path"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_files_photo_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_files_photo_id", "files", ["photo_id"])


def downgrade() -> None:
    for table in ("files", "photos", "roots", "library"):
        op.drop_table(table)
