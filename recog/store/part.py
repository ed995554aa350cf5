"""The base of every part of the catalog: it holds the database, nothing else."""

from recog.store.connection.database import Database


class CatalogPart:
    """Methods over one open database; each is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
