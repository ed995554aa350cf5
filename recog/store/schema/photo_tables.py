"""Tables of photos, their files and their faces.

No foreign key cascades into embeddings: they are removed by recog.store.photos.removal alone, which logs each removal.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from recog.store.schema.columns import ID, id_column, metadata

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
    id_column(),
    Column("sha256", String, nullable=False, unique=True),
    sqlite_autoincrement=True,
)

networks = Table(
    "networks",
    metadata,
    id_column(),
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

# What a path is unique in: the files of one machine, or a share (host is NULL). top is where the first machine that
# mounted a share has it; paths in the share begin with it.
volumes = Table(
    "volumes",
    metadata,
    id_column(),
    Column("host", String, unique=True),
    Column("top", LargeBinary),
    sqlite_autoincrement=True,
)

mounts = Table(
    "mounts",
    metadata,
    id_column(),
    Column("volume_id", ID, ForeignKey("volumes.id", ondelete="CASCADE"), nullable=False),
    Column("host", String, nullable=False),
    Column("path", LargeBinary, nullable=False),
    UniqueConstraint("volume_id", "host"),
    UniqueConstraint("host", "path"),
    sqlite_autoincrement=True,
)

roots = Table(
    "roots",
    metadata,
    id_column(),
    Column("path", LargeBinary, nullable=False),
    Column("display", String, nullable=False),
    Column("volume_id", ID, ForeignKey("volumes.id"), nullable=False),
    UniqueConstraint("volume_id", "path"),
    sqlite_autoincrement=True,
)

photos = Table(
    "photos",
    metadata,
    id_column(),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_at", String),
    Column("incomplete", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("taken_from", String),
    Column("duration", Double),
    sqlite_autoincrement=True,
)

# Which networks processed a photo, so that they need not do so again.
processings = Table(
    "processings",
    metadata,
    Column("photo_id", ID, ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True),
    Column("network_id", ID, ForeignKey("networks.id"), primary_key=True),
    Column("detector_id", ID, ForeignKey("detectors.id"), nullable=False),
)

# Paths are the file system's bytes (os.fsencode), see recog.store.photos.volumes; display is for eyes only.
files = Table(
    "files",
    metadata,
    id_column(),
    Column("path", LargeBinary, nullable=False),
    Column("display", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("photo_id", ID, ForeignKey("photos.id"), nullable=False, index=True),
    Column("missing", Boolean(create_constraint=False), nullable=False),
    Column("volume_id", ID, ForeignKey("volumes.id"), nullable=False),
    UniqueConstraint("volume_id", "path"),
    sqlite_autoincrement=True,
)

failures = Table(
    "failures",
    metadata,
    id_column(),
    Column("path", LargeBinary, nullable=False),
    Column("display", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("failed_at", String, nullable=False),
    Column("volume_id", ID, ForeignKey("volumes.id"), nullable=False),
    UniqueConstraint("volume_id", "path"),
    sqlite_autoincrement=True,
)

faces = Table(
    "faces",
    metadata,
    id_column(),
    Column("photo_id", ID, ForeignKey("photos.id"), nullable=False, index=True),
    Column("left", Double, nullable=False),
    Column("top", Double, nullable=False),
    Column("right", Double, nullable=False),
    Column("bottom", Double, nullable=False),
    Column("score", Double, nullable=False),
    Column("landmarks", LargeBinary, nullable=False),
    Column("sharpness", Double, nullable=False),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("drawn", Boolean(create_constraint=False), nullable=False, server_default=false()),
    # The embeddings were deleted because nobody had named the face for too long.
    Column("expired", Boolean(create_constraint=False), nullable=False, server_default=false()),
    # Seconds of a track in a video.
    Column("first_seen", Double),
    Column("last_seen", Double),
    Column("best_seen", Double),
    sqlite_autoincrement=True,
)

# All faces up to this number were known at this time: one row a run tells the age of every face.
sightings = Table(
    "sightings",
    metadata,
    id_column(),
    Column("last_face_id", ID, nullable=False),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)

# The few faces that users drew are asked for at each start of indexing.
Index("ix_faces_drawn", faces.c.photo_id, sqlite_where=text("drawn = 1"), postgresql_where=text("drawn"))

thumbnails = Table(
    "thumbnails",
    metadata,
    Column("face_id", ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("jpeg", LargeBinary, nullable=False),
)

embeddings = Table(
    "embeddings",
    metadata,
    id_column(),
    Column("face_id", ID, ForeignKey("faces.id"), nullable=False),
    Column("network_id", ID, ForeignKey("networks.id"), nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),
    UniqueConstraint("face_id", "network_id"),
    sqlite_autoincrement=True,
)

# What an index must drop. face_id has no foreign key, because the faces are gone.
# Where a face lies on the map of its network, in t-SNE's own units. Derived: the next map makes what is missing.
map_places = Table(
    "map_places",
    metadata,
    Column("face_id", ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("network_id", ID, ForeignKey("networks.id"), primary_key=True, autoincrement=False),
    Column("x", Double, nullable=False),
    Column("y", Double, nullable=False),
)

removals = Table(
    "removals",
    metadata,
    id_column(),
    Column("face_id", ID, nullable=False),
    Column("network_id", ID, ForeignKey("networks.id"), nullable=False, index=True),
    sqlite_autoincrement=True,
)

# Boxes of forgotten people, relative to the photo (0 to 1), and the seconds of a track, by the photo's digest. No
# vector is kept.
forgotten_boxes = Table(
    "forgotten_boxes",
    metadata,
    id_column(),
    Column("photo_sha256", LargeBinary, nullable=False, index=True),
    Column("left", Double, nullable=False),
    Column("top", Double, nullable=False),
    Column("right", Double, nullable=False),
    Column("bottom", Double, nullable=False),
    Column("first_seen", Double),
    Column("last_seen", Double),
    sqlite_autoincrement=True,
)

# A row here means that rows were erased, but old pages may still hold their bytes; the next open finishes.
pending_erasures = Table(
    "pending_erasures",
    metadata,
    id_column(),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)
