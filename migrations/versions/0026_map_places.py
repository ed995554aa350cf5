"""Where each face lies on the map of the library.

Why: a map of many faces takes minutes, and new faces should find their place on the map that people know.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "map_places",
        sa.Column("face_id", ID, autoincrement=False),
        sa.Column("network_id", ID, autoincrement=False),
        sa.Column("x", sa.Double, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("face_id", "network_id", name="pk_map_places"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_map_places_face_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_map_places_network_id"),
    )


def downgrade() -> None:
    op.drop_table("map_places")
