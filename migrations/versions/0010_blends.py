"""Style jobs with several styles: the styles of a picture, and the share of each.

Why: the table allowed only one style per job, but a picture's identity must include every style in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "style_shares",
        sa.Column("job_id", ID, autoincrement=False),
        sa.Column("place", sa.Integer, autoincrement=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("share", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "place", name="pk_style_shares"),
        sa.ForeignKeyConstraint(["job_id"], ["style_jobs.id"], name="fk_style_shares_job_id", ondelete="CASCADE"),
    )
    op.create_index("ix_style_shares_sha256", "style_shares", ["sha256"])
    op.execute(
        "INSERT INTO style_shares (job_id, place, sha256, path, share) "
        "SELECT id, 0, style_sha256, style_path, 1.0 FROM style_jobs"
    )
    op.drop_index("ix_style_jobs_style_sha256", "style_jobs")
    for column in ("style_sha256", "style_path"):
        op.drop_column("style_jobs", column)


def downgrade() -> None:
    """Drop jobs with several styles, because the older table cannot hold them. Their pictures stay."""
    op.execute("DELETE FROM style_jobs WHERE id IN (SELECT job_id FROM style_shares WHERE place > 0)")
    for column in ("style_sha256", "style_path"):
        op.add_column("style_jobs", sa.Column(column, sa.LargeBinary, nullable=False, server_default=sa.text("''")))
    op.execute(
        "UPDATE style_jobs SET "
        "style_sha256 = (SELECT sha256 FROM style_shares WHERE job_id = style_jobs.id), "
        "style_path = (SELECT path FROM style_shares WHERE job_id = style_jobs.id)"
    )
    op.create_index("ix_style_jobs_style_sha256", "style_jobs", ["style_sha256"])
    op.drop_table("style_shares")
