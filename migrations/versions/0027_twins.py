"""People whom a user called twins.

Why: no distance tells twins apart, so a face of either must be asked about, whatever the networks find.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "twins",
        sa.Column("person_id", ID, autoincrement=False),
        sa.Column("other_id", ID, autoincrement=False),
        sa.PrimaryKeyConstraint("person_id", "other_id", name="pk_twins"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_twins_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["people.id"], name="fk_twins_other_id", ondelete="CASCADE"),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_twins_order")),
    )
    op.create_index("ix_twins_other_id", "twins", ["other_id"])


def downgrade() -> None:
    op.drop_table("twins")
