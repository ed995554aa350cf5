"""Which photos are incomplete: their files end early.

Why: such a photo is used as far as it is there, and whoever looks at it must see that. Files that were refused as
damaged go from the list of failures, so that the next run reads them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "photos",
        sa.Column("incomplete", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
    )
    op.execute("DELETE FROM failures WHERE reason = 'damaged'")


def downgrade() -> None:
    op.drop_column("photos", "incomplete")
