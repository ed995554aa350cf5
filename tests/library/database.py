"""The database of a library, past its catalog: what an earlier recog, a disk or another program may have done to it."""

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
