"""State of a run of `index`: the last embedding whose face was named by distance; and only folders as roots.

Why: a run names only new faces, so the run after a kill must know which faces are not named yet. A photo that was
indexed by itself stayed in the list of folders for ever.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "matchings",
        sa.Column("network_id", ID, autoincrement=False),
        sa.Column("last_embedding_id", ID, nullable=False),
        sa.Column("last_removal_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("network_id", name="pk_matchings"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_matchings_network_id"),
    )
    op.execute("DELETE FROM roots WHERE path IN (SELECT path FROM files) OR path IN (SELECT path FROM failures)")


def downgrade() -> None:
    op.drop_table("matchings")
