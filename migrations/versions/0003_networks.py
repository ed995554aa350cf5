"""Detectors and networks by digest, and which of them have processed which photo.

Why: embeddings of different networks are never compared, and a photo is processed again when a network changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "detectors",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("sha256", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_detectors"),
        sa.UniqueConstraint("sha256", name="uq_detectors_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "networks",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("dim", sa.Integer, nullable=False),
        sa.Column("input_size", sa.Integer, nullable=False),
        sa.Column("crop_scale", sa.Double, nullable=False),
        sa.Column("trained_on", sa.String, nullable=False),
        sa.Column("licence", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_networks"),
        sa.UniqueConstraint("sha256", name="uq_networks_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "processings",
        sa.Column("photo_id", ID, nullable=False),
        sa.Column("network_id", ID, nullable=False),
        sa.Column("detector_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("photo_id", "network_id", name="pk_processings"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_processings_photo_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_processings_network_id"),
        sa.ForeignKeyConstraint(["detector_id"], ["detectors.id"], name="fk_processings_detector_id"),
    )


def downgrade() -> None:
    for table in ("processings", "networks", "detectors"):
        op.drop_table(table)
