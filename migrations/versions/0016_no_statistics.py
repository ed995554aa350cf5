"""PostgreSQL collects no statistics of columns that hold vectors, thumbnails, landmarks or names.

Why: ANALYZE copies values of each column into pg_statistic, where the copies outlived a forgotten person. A statistics
target of 0 stops that, but leaves the copies that are there; a change of the column's type deletes them, even to the
type that it has. If somebody was forgotten before, the next open overwrites the old pages, those of pg_statistic too.
SQLite keeps no such statistics.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

PERSONAL = (
    ("people", "name", "VARCHAR"),
    ("people", "name_key", "VARCHAR"),
    ("events", "payload", "VARCHAR"),
    ("faces", "landmarks", "BYTEA"),
    ("thumbnails", "jpeg", "BYTEA"),
    ("embeddings", "vector", "BYTEA"),
    ("clusters", "centroid", "BYTEA"),
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table, column, same_type in PERSONAL:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {same_type}")
    if connection.scalar(sa.text("SELECT is_called FROM pending_erasures_id_seq")):  # somebody was forgotten
        at = datetime.now(UTC).isoformat(timespec="seconds")
        connection.execute(sa.text("INSERT INTO pending_erasures (at) VALUES (:at)"), {"at": at})


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, _ in PERSONAL:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
