"""Volumes: paths are unique in one machine or in one share, not everywhere; and where machines mount a share.

Why: two machines that indexed the same share at different paths moved each photo back and forth, and the same path on
two machines was one file. All that is known so far stays as it is, in the volume of a machine without a name: that of a
SQLite catalog; on a server, each machine takes over the folders that it indexes next.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = ("roots", "files", "failures")
KEPT = {"sqlite_autoincrement": True}


def upgrade() -> None:
    op.create_table(
        "volumes",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("host", sa.String),
        sa.Column("top", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_volumes"),
        sa.UniqueConstraint("host", name="uq_volumes_host"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mounts",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("volume_id", ID, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mounts"),
        sa.UniqueConstraint("volume_id", "host", name="uq_mounts_volume_id_host"),
        sa.UniqueConstraint("host", "path", name="uq_mounts_host_path"),
        sa.ForeignKeyConstraint(["volume_id"], ["volumes.id"], name="fk_mounts_volume_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO volumes (host) VALUES ('')")
    for table in TABLES:
        op.add_column(table, sa.Column("volume_id", ID))
        op.execute(
            sa.table(table, sa.column("volume_id")).update().values(volume_id=sa.text("(SELECT id FROM volumes)"))
        )
        with op.batch_alter_table(table, table_kwargs=KEPT) as batch:
            batch.alter_column("volume_id", existing_type=ID, nullable=False)
            batch.drop_constraint(f"uq_{table}_path", type_="unique")
            batch.create_unique_constraint(f"uq_{table}_volume_id_path", ["volume_id", "path"])
            batch.create_foreign_key(f"fk_{table}_volume_id", "volumes", ["volume_id"], ["id"])


def downgrade() -> None:
    """Keep one row of each path. Of paths that two machines used for different photos, the other photo loses its file.

    An older recog deletes photos without a file at its next run of index.
    """
    for table in TABLES:
        rows = sa.table(table, sa.column("id"), sa.column("path"))
        op.execute(rows.delete().where(rows.c.id.not_in(sa.select(sa.func.min(rows.c.id)).group_by(rows.c.path))))
        with op.batch_alter_table(table, table_kwargs=KEPT) as batch:
            batch.drop_constraint(f"fk_{table}_volume_id", type_="foreignkey")
            batch.drop_constraint(f"uq_{table}_volume_id_path", type_="unique")
            batch.create_unique_constraint(f"uq_{table}_path", ["path"])
            batch.drop_column("volume_id")
    for table in ("mounts", "volumes"):
        op.drop_table(table)
