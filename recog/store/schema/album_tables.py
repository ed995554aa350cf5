"""Tables of albums: queries with a name, and where their photos are listed."""

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint

from recog.store.schema.columns import ID, id_column, metadata

# query is the text of recog.query.writing; numbers of people stand for their names (see recog.store.albums).
albums = Table(
    "albums",
    metadata,
    id_column(),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False, unique=True),
    Column("query", String, nullable=False),
    Column("confirmed", Boolean(create_constraint=False), nullable=False),
    Column("made_at", String, nullable=False),
    sqlite_autoincrement=True,
)

# What is kept up on the disk of the machine `host`; path is that of a folder or a file, as the file system has it.
album_outputs = Table(
    "album_outputs",
    metadata,
    id_column(),
    Column("album_id", ID, ForeignKey("albums.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("form", String, nullable=False),
    Column("host", String, nullable=False),
    Column("path", LargeBinary, nullable=False),
    UniqueConstraint("host", "path"),
    sqlite_autoincrement=True,
)
