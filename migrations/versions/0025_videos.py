"""The duration of videos, and when their tracks are seen.

A track is a face of the video's row among the photos. The boxes of forgotten people get a span too, because another
face may be at the same place of a video at another time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

SPAN = ("first_seen", "last_seen", "best_seen")


def upgrade() -> None:
    op.add_column("photos", sa.Column("duration", sa.Double))
    for name in SPAN:
        op.add_column("faces", sa.Column(name, sa.Double))
    for name in SPAN[:2]:
        op.add_column("forgotten_boxes", sa.Column(name, sa.Double))


def downgrade() -> None:
    for name in SPAN[:2]:
        op.drop_column("forgotten_boxes", name)
    for name in SPAN:
        op.drop_column("faces", name)
    op.drop_column("photos", "duration")
