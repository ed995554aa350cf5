"""The tables of the catalog as they are today; migrations/ tells how they came to be.

Ids are never reused (AUTOINCREMENT, identity): an index or a log that is behind can never name another face.
No foreign key cascades into embeddings: they are removed by recog.store.removal alone, which logs each removal.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite numbers rows by itself only where the type is spelt INTEGER.
_ID: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")


def _id_column() -> Column[int]:
    return Column("id", _ID, Identity(always=True), primary_key=True)


library = Table(
    "library",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("uuid", String, nullable=False),
    Column("created_at", String, nullable=False),
)

detectors = Table(
    "detectors",
    metadata,
    _id_column(),
    Column("sha256", String, nullable=False, unique=True),
    sqlite_autoincrement=True,
)

networks = Table(
    "networks",
    metadata,
    _id_column(),
    Column("sha256", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("dim", Integer, nullable=False),
    Column("input_size", Integer, nullable=False),
    Column("crop_scale", Double, nullable=False),
    Column("trained_on", String, nullable=False),
    Column("licence", String, nullable=False),
    Column("source", String, nullable=False),
    sqlite_autoincrement=True,
)

roots = Table(
    "roots",
    metadata,
    _id_column(),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("display", String, nullable=False),
    sqlite_autoincrement=True,
)

photos = Table(
    "photos",
    metadata,
    _id_column(),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_at", String),
    Column("incomplete", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("taken_from", String),
    sqlite_autoincrement=True,
)

# Which networks have looked at a photo: what they would make again need not be made again.
processings = Table(
    "processings",
    metadata,
    Column("photo_id", _ID, ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True),
    Column("network_id", _ID, ForeignKey("networks.id"), primary_key=True),
    Column("detector_id", _ID, ForeignKey("detectors.id"), nullable=False),
)

# Paths are the file system's bytes (os.fsencode); display is for eyes only.
files = Table(
    "files",
    metadata,
    _id_column(),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("display", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("photo_id", _ID, ForeignKey("photos.id"), nullable=False, index=True),
    Column("missing", Boolean(create_constraint=False), nullable=False),
    sqlite_autoincrement=True,
)

failures = Table(
    "failures",
    metadata,
    _id_column(),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("display", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("failed_at", String, nullable=False),
    sqlite_autoincrement=True,
)

faces = Table(
    "faces",
    metadata,
    _id_column(),
    Column("photo_id", _ID, ForeignKey("photos.id"), nullable=False, index=True),
    Column("left", Double, nullable=False),
    Column("top", Double, nullable=False),
    Column("right", Double, nullable=False),
    Column("bottom", Double, nullable=False),
    Column("score", Double, nullable=False),
    Column("landmarks", LargeBinary, nullable=False),
    Column("sharpness", Double, nullable=False),
    Column("turn", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

thumbnails = Table(
    "thumbnails",
    metadata,
    Column("face_id", _ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("jpeg", LargeBinary, nullable=False),
)

embeddings = Table(
    "embeddings",
    metadata,
    _id_column(),
    Column("face_id", _ID, ForeignKey("faces.id"), nullable=False),
    Column("network_id", _ID, ForeignKey("networks.id"), nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),
    UniqueConstraint("face_id", "network_id"),
    sqlite_autoincrement=True,
)

# What an index must drop: faces are gone, so face_id points at nothing.
removals = Table(
    "removals",
    metadata,
    _id_column(),
    Column("face_id", _ID, nullable=False),
    Column("network_id", _ID, ForeignKey("networks.id"), nullable=False, index=True),
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    _id_column(),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False, unique=True),
    Column("hidden", Boolean(create_constraint=False), nullable=False),
    Column("cover_face_id", _ID, ForeignKey("faces.id", ondelete="SET NULL"), index=True),
    sqlite_autoincrement=True,
)

assignments = Table(
    "assignments",
    metadata,
    Column("face_id", _ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("person_id", _ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("origin", String, nullable=False),
    Column("network_id", _ID, ForeignKey("networks.id")),
    Column("squared_distance", Double),
    CheckConstraint("origin IN ('confirmed', 'matched')", name="origin"),
)

# Up to where faces were last named by distance, and by what rule: embeddings that came or went since are to be matched
# yet, and all of them where the rule is another one now. One row.
matchings = Table(
    "matchings",
    metadata,
    Column("network_id", _ID, ForeignKey("networks.id"), primary_key=True, autoincrement=False),
    Column("last_embedding_id", _ID, nullable=False),
    Column("last_removal_id", _ID, nullable=False),
    Column("rule", String, nullable=False, server_default=""),
)

# Not this person: no job matches the face with the person again.
rejections = Table(
    "rejections",
    metadata,
    Column("face_id", _ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "person_id",
        _ID,
        ForeignKey("people.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
)

# Nobody I care for: no job names or groups the face.
ignored_faces = Table(
    "ignored_faces",
    metadata,
    Column("face_id", _ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)

# These two are not one person: person_id is the smaller number.
distinct_people = Table(
    "distinct_people",
    metadata,
    Column("person_id", _ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "other_id",
        _ID,
        ForeignKey("people.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    CheckConstraint("person_id < other_id", name="order"),
)

# What people did to people, so that it can be undone: payload is JSON (see recog.store.history).
events = Table(
    "events",
    metadata,
    _id_column(),
    Column("at", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("payload", String, nullable=False),
    Column("undone_at", String),
    sqlite_autoincrement=True,
)

cluster_runs = Table(
    "cluster_runs",
    metadata,
    _id_column(),
    Column("network_id", _ID, ForeignKey("networks.id"), nullable=False, unique=True),
    Column("method", String, nullable=False),
    Column("parameters", String, nullable=False),
    Column("made_at", String, nullable=False),
    sqlite_autoincrement=True,
)

clusters = Table(
    "clusters",
    metadata,
    _id_column(),
    Column("run_id", _ID, ForeignKey("cluster_runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("centroid", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

cluster_faces = Table(
    "cluster_faces",
    metadata,
    Column("cluster_id", _ID, ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "face_id",
        _ID,
        ForeignKey("faces.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    Column("position", Integer, nullable=False),
)

# Where a forgotten person was: geometry relative to the photo (0 to 1), by the photo's digest. No vector is kept.
forgotten_boxes = Table(
    "forgotten_boxes",
    metadata,
    _id_column(),
    Column("photo_sha256", LargeBinary, nullable=False, index=True),
    Column("left", Double, nullable=False),
    Column("top", Double, nullable=False),
    Column("right", Double, nullable=False),
    Column("bottom", Double, nullable=False),
    sqlite_autoincrement=True,
)

# A row here means: rows were erased, but old pages may still hold their bytes. Finished at the next open.
pending_erasures = Table(
    "pending_erasures",
    metadata,
    _id_column(),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)

# Pictures to make, being made, made, or not to be made: see recog.store.styling. Photos by digest, for a content may
# be outside the library; output_sha256 is written before the file appears, so that a killed run knows its own file.
style_jobs = Table(
    "style_jobs",
    metadata,
    _id_column(),
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

# The styles that a picture is made after, the largest share first; the shares sum to one.
style_shares = Table(
    "style_shares",
    metadata,
    Column("job_id", _ID, ForeignKey("style_jobs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("sha256", LargeBinary, nullable=False, index=True),
    Column("path", LargeBinary, nullable=False),
    Column("share", Double, nullable=False),
)
