"""Faces with their thumbnails and embeddings, and the log of removed embeddings.

Why: the database is the source of truth for embeddings and any index is a copy; the log tells an index what to drop.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "faces",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("photo_id", ID, nullable=False),
        *(sa.Column(side, sa.Double, nullable=False) for side in ("left", "top", "right", "bottom")),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("landmarks", sa.LargeBinary, nullable=False),
        sa.Column("sharpness", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_faces"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_faces_photo_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_faces_photo_id", "faces", ["photo_id"])
    op.create_table(
        "thumbnails",
        sa.Column("face_id", ID, autoincrement=False),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("face_id", name="pk_thumbnails"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_thumbnails_face_id", ondelete="CASCADE"),
    )
    op.create_table(
        "embeddings",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("face_id", ID, nullable=False),
        sa.Column("network_id", ID, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_embeddings"),
        sa.UniqueConstraint("face_id", "network_id", name="uq_embeddings_face_id_network_id"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_embeddings_face_id"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_embeddings_network_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_embeddings_network_id", "embeddings", ["network_id"])
    op.create_table(
        "removals",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("face_id", ID, nullable=False),
        sa.Column("network_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_removals"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_removals_network_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_removals_network_id", "removals", ["network_id"])


def downgrade() -> None:
    for table in ("removals", "embeddings", "thumbnails", "faces"):
        op.drop_table(table)
