"""Tables of accounts, and of the people whom an account is not shown."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table

from recog.store.schema.columns import ID, id_column, metadata

# password: as argon2 encodes it. token_sha256: of the token, in hexadecimal. stamp changes with either, and ends the
# sessions that were begun before.
accounts = Table(
    "accounts",
    metadata,
    id_column(),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("password", String),
    Column("token_sha256", String, unique=True),
    Column("stamp", String, nullable=False),
    Column("made_at", String, nullable=False),
    CheckConstraint("role IN ('viewer', 'editor', 'owner')", name="role"),
    sqlite_autoincrement=True,
)

# The account sees nothing of the person. A person who is merged away loses the row of `people`, and gets it back with
# the same number if that is undone, so the number is no foreign key here.
withheld_people = Table(
    "withheld_people",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("person_id", ID, primary_key=True, autoincrement=False),
)
