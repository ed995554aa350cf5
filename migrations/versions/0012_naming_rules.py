"""The rule by which faces were last named by distance, beside the last embedding.

Why: a run of `index` names the faces that are near enough, and another calibration or threshold changes which are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("matchings", sa.Column("rule", sa.String, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("matchings", "rule")
