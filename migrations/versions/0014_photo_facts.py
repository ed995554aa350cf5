"""The source of a photo's date, and the photos that are incomplete because their files end early.

Why: a date is only as good as its source, and the readable part of a truncated photo is used; users must see both. All
dates so far are EXIF's DateTimeOriginal, which was the only source. Files that were refused as damaged or unsupported
are removed from the list of failures, so that the next run reads them again.
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
    """Drop dates from other sources, because an older recog takes every date for the camera's."""
    op.execute("UPDATE photos SET taken_at = NULL WHERE taken_from IS NULL OR taken_from <> 'exif_original'")
    for column in ("taken_from", "incomplete"):
        op.drop_column("photos", column)
