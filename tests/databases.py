"""Databases as tests look into them, past the catalog."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from recog.store.connection.database import Database
from recog.store.connection.url import parse_url


@contextmanager
def database_at(url: str | Path) -> Iterator[Database]:
    """A catalog's database, by URL or path; a catalog of the same file may be open beside it."""
    with closing(Database(parse_url(url), busy_seconds=5.0)) as database:
        yield database
