"""Which faces a user drew on their photo, because the detector missed them: they stay, whatever a detector finds."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("faces", sa.Column("drawn", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_faces_drawn", "faces", ["photo_id"], sqlite_where=sa.text("drawn = 1"), postgresql_where=sa.text("drawn")
    )


def downgrade() -> None:
    op.drop_index("ix_faces_drawn", "faces")
    op.drop_column("faces", "drawn")
