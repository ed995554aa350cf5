"""Decisions of humans other than names: rejected faces, ignored faces, distinct people; and which acts were undone.

Why: a correction that the next job overwrites is worse than none, and humans must be able to undo what they did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "rejections",
        sa.Column("face_id", ID, autoincrement=False),
        sa.Column("person_id", ID, autoincrement=False),
        sa.PrimaryKeyConstraint("face_id", "person_id", name="pk_rejections"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_rejections_face_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_rejections_person_id", ondelete="CASCADE"),
    )
    op.create_index("ix_rejections_person_id", "rejections", ["person_id"])
    op.create_table(
        "ignored_faces",
        sa.Column("face_id", ID, autoincrement=False),
        sa.PrimaryKeyConstraint("face_id", name="pk_ignored_faces"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_ignored_faces_face_id", ondelete="CASCADE"),
    )
    op.create_table(
        "distinct_people",
        sa.Column("person_id", ID, autoincrement=False),
        sa.Column("other_id", ID, autoincrement=False),
        sa.PrimaryKeyConstraint("person_id", "other_id", name="pk_distinct_people"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_distinct_people_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["people.id"], name="fk_distinct_people_other_id", ondelete="CASCADE"),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_distinct_people_order")),
    )
    op.create_index("ix_distinct_people_other_id", "distinct_people", ["other_id"])
    op.add_column("events", sa.Column("undone_at", sa.String))


def downgrade() -> None:
    op.execute("DELETE FROM events WHERE undone_at IS NOT NULL")
    op.drop_column("events", "undone_at")
    for table in ("distinct_people", "ignored_faces", "rejections"):
        op.drop_table(table)
