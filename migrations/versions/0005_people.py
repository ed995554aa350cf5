"""People, their faces with the origin of each name, and the acts on people.

Why: a name given by a human outlives every job; the log of acts lets a merge or a rename be undone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("name_key", sa.String, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("cover_face_id", ID),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("name_key", name="uq_people_name_key"),
        sa.ForeignKeyConstraint(["cover_face_id"], ["faces.id"], name="fk_people_cover_face_id", ondelete="SET NULL"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_people_cover_face_id", "people", ["cover_face_id"])
    op.create_table(
        "assignments",
        sa.Column("face_id", ID, autoincrement=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("network_id", ID),
        sa.Column("squared_distance", sa.Double),
        sa.PrimaryKeyConstraint("face_id", name="pk_assignments"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_assignments_face_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_assignments_person_id"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_assignments_network_id"),
        sa.CheckConstraint("origin IN ('confirmed', 'matched')", name=op.f("ck_assignments_origin")),
    )
    op.create_index("ix_assignments_person_id", "assignments", ["person_id"])
    op.create_table(
        "events",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("payload", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("events", "assignments", "people"):
        op.drop_table(table)
