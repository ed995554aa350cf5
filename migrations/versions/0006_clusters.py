"""The latest clusters of each network.

Why: clustering takes minutes, but showing its result should not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "cluster_runs",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("network_id", ID, nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("parameters", sa.String, nullable=False),
        sa.Column("made_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cluster_runs"),
        sa.UniqueConstraint("network_id", name="uq_cluster_runs_network_id"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"], name="fk_cluster_runs_network_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "clusters",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("centroid", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clusters"),
        sa.ForeignKeyConstraint(["run_id"], ["cluster_runs.id"], name="fk_clusters_run_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clusters_run_id", "clusters", ["run_id"])
    op.create_table(
        "cluster_faces",
        sa.Column("cluster_id", ID, autoincrement=False),
        sa.Column("face_id", ID, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("cluster_id", "face_id", name="pk_cluster_faces"),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name="fk_cluster_faces_cluster_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_cluster_faces_face_id", ondelete="CASCADE"),
    )
    op.create_index("ix_cluster_faces_face_id", "cluster_faces", ["face_id"])


def downgrade() -> None:
    for table in ("cluster_faces", "clusters", "cluster_runs"):
        op.drop_table(table)
