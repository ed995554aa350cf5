"""Tables of style jobs."""

from sqlalchemy import CheckConstraint, Column, Double, ForeignKey, Integer, LargeBinary, String, Table

from recog.store.schema.columns import ID, id_column, metadata

# Pictures and their states: see recog.store.styling. Photos by digest, because they may lie outside the library.
# output_sha256 is written before the file appears, so that the next run after a kill knows the file as its own.
style_jobs = Table(
    "style_jobs",
    metadata,
    id_column(),
    Column("digest", String, nullable=False),
    Column("photo_sha256", LargeBinary, nullable=False, index=True),
    Column("photo_path", LargeBinary, nullable=False),
    Column("settings_digest", String, nullable=False),
    Column("settings", String, nullable=False),
    Column("network", String, nullable=False),
    Column("network_sha256", String, nullable=False),
    Column("output_path", LargeBinary, nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("output_sha256", LargeBinary),
    Column("costs", String, nullable=False),
    Column("seconds", Double),
    Column("message", String, nullable=False),
    Column("made_at", String),
    CheckConstraint("state IN ('planned', 'running', 'done', 'failed')", name="state"),
    sqlite_autoincrement=True,
)

# The styles of a picture, the largest share first; the shares sum to one.
style_shares = Table(
    "style_shares",
    metadata,
    Column("job_id", ID, ForeignKey("style_jobs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("sha256", LargeBinary, nullable=False, index=True),
    Column("path", LargeBinary, nullable=False),
    Column("share", Double, nullable=False),
)
