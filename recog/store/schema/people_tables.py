"""Tables of people, of what users said about faces and people, and of clusters."""

from sqlalchemy import Boolean, CheckConstraint, Column, Double, ForeignKey, Integer, LargeBinary, String, Table

from recog.store.schema.columns import ID, id_column, metadata

people = Table(
    "people",
    metadata,
    id_column(),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False, unique=True),
    Column("hidden", Boolean(create_constraint=False), nullable=False),
    Column("cover_face_id", ID, ForeignKey("faces.id", ondelete="SET NULL"), index=True),
    sqlite_autoincrement=True,
)

# The face that the user chose to stand for a person, while it is the person's; else `cover_face_id` does.
chosen_covers = Table(
    "chosen_covers",
    metadata,
    Column("person_id", ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("face_id", ID, ForeignKey("faces.id", ondelete="CASCADE"), nullable=False, index=True),
)

# The day on which a person was born, YYYY-MM-DD, as the user said.
births = Table(
    "births",
    metadata,
    Column("person_id", ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("born", String, nullable=False),
)

# Whom pictures that go to others must not show.
never_shared = Table(
    "never_shared",
    metadata,
    Column("person_id", ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("face_id", ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("person_id", ID, ForeignKey("people.id"), nullable=False, index=True),
    Column("origin", String, nullable=False),
    Column("network_id", ID, ForeignKey("networks.id")),
    Column("squared_distance", Double),
    CheckConstraint("origin IN ('confirmed', 'matched')", name="origin"),
)

# The last embedding and removal when faces were last named by distance, and the rule. Embeddings that came or went
# since then are still to be matched, and all of them if the rule is another one now. One row.
matchings = Table(
    "matchings",
    metadata,
    Column("network_id", ID, ForeignKey("networks.id"), primary_key=True, autoincrement=False),
    Column("last_embedding_id", ID, nullable=False),
    Column("last_removal_id", ID, nullable=False),
    Column("rule", String, nullable=False, server_default=""),
)

# The user said: not this person. No job matches the face with the person again.
rejections = Table(
    "rejections",
    metadata,
    Column("face_id", ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "person_id",
        ID,
        ForeignKey("people.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
)

# The user ignores the face: no job names or groups it.
ignored_faces = Table(
    "ignored_faces",
    metadata,
    Column("face_id", ID, ForeignKey("faces.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)


def _pairs_of_people(name: str) -> Table:
    """Return a table of pairs of people, of whom person_id is the smaller number."""
    return Table(
        name,
        metadata,
        Column("person_id", ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        Column(
            "other_id",
            ID,
            ForeignKey("people.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
            index=True,
        ),
        CheckConstraint("person_id < other_id", name="order"),
    )


# These two are not one person.
distinct_people = _pairs_of_people("distinct_people")

# Twins, or others whom no distance tells apart: no job names a face as either.
twins = _pairs_of_people("twins")

# What users did, so that it can be undone: payload is JSON (see recog.store.people.history). account and undone_by are
# names of accounts; NULL for whoever has the library's files.
events = Table(
    "events",
    metadata,
    id_column(),
    Column("at", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("payload", String, nullable=False),
    Column("undone_at", String),
    Column("account", String),
    Column("undone_by", String),
    sqlite_autoincrement=True,
)

cluster_runs = Table(
    "cluster_runs",
    metadata,
    id_column(),
    Column("network_id", ID, ForeignKey("networks.id"), nullable=False, unique=True),
    Column("method", String, nullable=False),
    Column("parameters", String, nullable=False),
    Column("made_at", String, nullable=False),
    sqlite_autoincrement=True,
)

clusters = Table(
    "clusters",
    metadata,
    id_column(),
    Column("run_id", ID, ForeignKey("cluster_runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("centroid", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

cluster_faces = Table(
    "cluster_faces",
    metadata,
    Column("cluster_id", ID, ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "face_id",
        ID,
        ForeignKey("faces.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    Column("position", Integer, nullable=False),
)
