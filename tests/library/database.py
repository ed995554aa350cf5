"""Access a library's database without its catalog, as an earlier recog or another program would."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from tests.painted import PaintedLibrary


@contextmanager
def writing_to(library: PaintedLibrary) -> Iterator[Connection]:
    """Open a transaction that writes."""
    with _opened(library) as database, database.writing() as connection:
        yield connection


@contextmanager
def reading_from(library: PaintedLibrary) -> Iterator[Connection]:
    """Open a transaction that reads."""
    with _opened(library) as database, database.reading() as connection:
        yield connection


@contextmanager
def _opened(library: PaintedLibrary) -> Iterator[Database]:
    database = Database(parse_url(library.context.settings.catalog_at), busy_seconds=5)
    try:
        yield database
    finally:
        database.close()
