"""The cover that a user chose for a person, and the day on which the person was born.

Why: a cover that was chosen comes back when its face does, so the choice is kept apart from the face that stands in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "chosen_covers",
        sa.Column("person_id", ID, autoincrement=False),
        sa.Column("face_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_chosen_covers"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_chosen_covers_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_chosen_covers_face_id", ondelete="CASCADE"),
    )
    op.create_index("ix_chosen_covers_face_id", "chosen_covers", ["face_id"])
    op.create_table(
        "births",
        sa.Column("person_id", ID, autoincrement=False),
        sa.Column("born", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_births"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_births_person_id", ondelete="CASCADE"),
    )


def downgrade() -> None:
    for table in ("births", "chosen_covers"):
        op.drop_table(table)
