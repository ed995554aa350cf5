"""The turn of the photo in which a face is upright; photos without a sure face are processed again.

Why: photos that lie on their side without saying so in their EXIF data are now searched in other turns too. Faces that
were found in such photos before are false. Photos in which the detector was sure of a face stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("faces", sa.Column("turn", sa.Integer, nullable=False, server_default="0"))
    # The score is recog.library.any_turn.SETTLED as it was then. The next run of index processes the photos again.
    op.execute("DELETE FROM processings WHERE photo_id NOT IN (SELECT photo_id FROM faces WHERE score >= 0.998)")


def downgrade() -> None:
    op.drop_column("faces", "turn")
