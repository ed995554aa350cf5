"""Rights of PostgreSQL roles on a catalog: an owner, those that index, and those that only ask.

The owner may do everything. An indexer fills the queue, works on it and indexes; it may neither name nor forget
people. A reader searches, identifies and finds. PostgreSQL itself refuses what a role may not do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from recog.errors import CatalogError
from recog.store.connection.database import Database
from recog.store.schema.tables import metadata

_REVISIONS = "alembic_version"
_NOTHING: tuple[str, ...] = ()
_OF_INDEXER = {
    _REVISIONS: _NOTHING,
    "library": _NOTHING,
    "births": _NOTHING,
    "never_shared": _NOTHING,
    "albums": _NOTHING,
    "album_outputs": _NOTHING,
    "distinct_people": _NOTHING,
    "twins": _NOTHING,
    "events": _NOTHING,
    "pending_erasures": _NOTHING,
    "people": ("UPDATE (cover_face_id)",),
    "forgotten_boxes": ("INSERT",),
}
"""What an indexer may write of the tables in which people are named and forgotten. A cover is chosen anew if its photo
goes; boxes of forgotten faces are kept for an edited photo."""
_UNSEEN_BY_INDEXER = frozenset({"accounts", "withheld_people"})
"""Accounts of the pages, with the digests of passwords: who serves the pages reads them, who indexes does not."""
_WRITING = ("INSERT", "UPDATE", "DELETE")
_NO_SUCH_ROLE = "42704"


@dataclass(frozen=True, slots=True)
class Roles:
    """Names of roles that exist on the server."""

    owner: str | None = None
    indexers: Sequence[str] = ()
    readers: Sequence[str] = ()


class ServerRoles:
    """The roles of a catalog on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def grants(self, roles: Roles) -> tuple[str, ...]:
        """Return the statements that give these roles their rights, and take all others from them.

        Raises CatalogError for a SQLite catalog.
        """
        if self._database.is_sqlite:
            raise CatalogError(
                f"the database {self._database.where} is a SQLite file, which has no roles: the rights of the file say "
                "who may read and write it"
            )
        with self._database.reading() as connection:
            return tuple(_statements(connection, roles))

    def grant(self, roles: Roles) -> tuple[str, ...]:
        """Do what `grants` returns, in one transaction, as the owner of the tables or an administrator.

        Raises CatalogError if a role does not exist.
        """
        statements = self.grants(roles)
        with self._database.writing() as connection:
            try:
                for statement in statements:
                    connection.exec_driver_sql(statement)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _NO_SUCH_ROLE:
                    raise
                raise CatalogError(
                    f"the server of {self._database.where} refuses a role ({str(error.orig).partition(chr(10))[0]}): "
                    "make it there with createuser, then run the same again; nothing was changed"
                ) from error
        return statements


def _statements(connection: Connection, roles: Roles) -> Iterator[str]:
    database, schema = connection.exec_driver_sql("SELECT current_database(), current_schema()").one()
    quoted = connection.dialect.identifier_preparer.quote_identifier
    tables = sorted([*metadata.tables, _REVISIONS])
    places = {name: f"{quoted(schema)}.{quoted(name)}" for name in tables}
    if roles.owner is not None:
        owner = quoted(roles.owner)
        yield f"ALTER DATABASE {quoted(database)} OWNER TO {owner}"
        yield f"GRANT USAGE, CREATE ON SCHEMA {quoted(schema)} TO {owner}"
        yield from (f"ALTER TABLE {place} OWNER TO {owner}" for place in places.values())
    for role, may_write in [*((one, True) for one in roles.indexers), *((one, False) for one in roles.readers)]:
        yield f"GRANT CONNECT ON DATABASE {quoted(database)} TO {quoted(role)}"
        yield f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(role)}"
        for name, place in places.items():
            rights = ["SELECT", *(_OF_INDEXER.get(name, _WRITING) if may_write else _NOTHING)]
            yield f"REVOKE ALL ON {place} FROM {quoted(role)}"
            if may_write and name in _UNSEEN_BY_INDEXER:
                continue
            yield f"GRANT {', '.join(rights)} ON {place} TO {quoted(role)}"
