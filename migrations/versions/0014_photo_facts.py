"""What says when a photo was taken, and which photos are incomplete because their files end early.

Why: a date is as good as its source, and a photo that was cut off is used as far as it is there; whoever looks at it
must see both. The dates that are known so far are EXIF's DateTimeOriginal, which was the only source. Files that were
refused as damaged or unsupported go from the list of failures, so that the next run reads them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "photos",
        sa.Column("incomplete", sa.Boolean(create_constraint=False), nullable=False, server_default=sa.false()),
    )
    op.add_column("photos", sa.Column("taken_from", sa.String))
    op.execute("UPDATE photos SET taken_from = 'exif_original' WHERE taken_at IS NOT NULL")
    op.execute("DELETE FROM failures WHERE reason IN ('damaged', 'unsupported')")


def downgrade() -> None:
    """Dates from other sources go: the older recog takes every date for that of the camera."""
    op.execute("UPDATE photos SET taken_at = NULL WHERE taken_from IS NULL OR taken_from <> 'exif_original'")
    for column in ("taken_from", "incomplete"):
        op.drop_column("photos", column)
