"""Whom shared pictures never show, albums that follow a query, when faces were first seen, and which ones expired.

Why: an album keeps the numbers of the people in its query, not their names, so that it follows renames and merges. A
sighting says that all faces up to a number were known at a time: one row a run instead of a date on every face.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "never_shared",
        sa.Column("person_id", ID, autoincrement=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_never_shared"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_never_shared_person_id", ondelete="CASCADE"),
    )
    op.create_table(
        "albums",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("name_key", sa.String, nullable=False),
        sa.Column("query", sa.String, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_albums"),
        sa.UniqueConstraint("name_key", name="uq_albums_name_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "album_outputs",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("album_id", ID, nullable=False),
        sa.Column("form", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_album_outputs"),
        sa.UniqueConstraint("host", "path", name="uq_album_outputs_host_path"),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name="fk_album_outputs_album_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_album_outputs_album_id", "album_outputs", ["album_id"])
    sightings = op.create_table(
        "sightings",
        sa.Column("id", ID, sa.Identity(always=True)),
        sa.Column("last_face_id", ID, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sightings"),
        sqlite_autoincrement=True,
    )
    op.add_column("faces", sa.Column("expired", sa.Boolean, nullable=False, server_default=sa.false()))
    newest = op.get_bind().execute(sa.text("SELECT max(id) FROM faces")).scalar()
    if newest is not None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        op.bulk_insert(sightings, [{"last_face_id": newest, "at": now}])


def downgrade() -> None:
    op.drop_column("faces", "expired")
    for table in ("sightings", "album_outputs", "albums", "never_shared"):
        op.drop_table(table)
