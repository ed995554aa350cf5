"""In which turn of its photo a face stands upright; photos without a sure face are to be looked at again.

Why: photos that lie on their side without saying so in their EXIF data are now searched in their other turns. What was
found in them before was no face. Photos in which the detector was sure of a face stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("faces", sa.Column("turn", sa.Integer, nullable=False, server_default="0"))
    # The score is recog.library.any_turn.SETTLED as it was then. What is not processed is looked at by the next index.
    op.execute("DELETE FROM processings WHERE photo_id NOT IN (SELECT photo_id FROM faces WHERE score >= 0.998)")


def downgrade() -> None:
    op.drop_column("faces", "turn")
