"""Open a catalog: find or create its database, bring the schema up to date, finish what a kill interrupted."""

import os
import stat
from pathlib import Path

from recog.errors import CatalogError, NoLibraryError
from recog.store.catalog import Catalog
from recog.store.database import Database, parse_url
from recog.store.read_only import ReadOnlyFile, read_only_file
from recog.store.restore import refuse_half_restored
from recog.store.schema import prepare

BUSY_SECONDS = 10.0


def open_catalog(url: str | Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> Catalog:
    """Open the catalog at `sqlite:///PATH`, `postgresql://USER@HOST/NAME` or the path of a SQLite file.

    A new or older database gets today's schema (an older SQLite file is copied first, to PATH.before-REVISION). A newer
    schema is a SchemaOutdatedError. A file whose restore was cut short is a CatalogError. Another program's lock is
    waited for up to busy_seconds, then it is a LibraryBusyError.

    Without `create`, a SQLite file that is not there, and a database that holds nothing, are a NoLibraryError and stay
    so. A SQLite file that may only be read is then opened for reading: to write is a CatalogError, and an older schema
    a SchemaOutdatedError.
    """
    parsed = parse_url(url)
    read_only = None
    if parsed.get_backend_name() == "sqlite":
        read_only = _opened_file(Path(parsed.database or ""), create=create)
    database = Database(parsed, busy_seconds=busy_seconds, read_only=read_only)
    try:
        prepare(database, create=create)
        with database.translated():
            catalog = Catalog(database)
        catalog.finish_erasures()
    except BaseException:
        database.close()
        raise
    return catalog


def _opened_file(path: Path, *, create: bool) -> ReadOnlyFile | None:
    """Make the file, or find it, and let nobody but its owner read it; folders made on the way are 0700.

    One whose restore was cut short is refused; without `create` one that may only be read is left as it is.
    """
    try:
        refuse_half_restored(path)
        if not create and not path.exists():
            raise NoLibraryError(f"there is no library at {path}: make one with 'recog index FOLDER'")
        if not create and (read_only := read_only_file(path)) is not None:
            return read_only
        for folder in reversed([folder for folder in path.parents if not folder.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
                os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CatalogError(
            f"the database {path} cannot be opened ({error.strerror}): check the place and who may write there"
        ) from error
    return None
