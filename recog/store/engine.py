"""Open a catalog: find or create its database, bring the schema up to date, finish what a kill interrupted."""

import errno
import os
import stat
from pathlib import Path
from threading import Lock

from recog.durable import FILE_MODE, make_directory
from recog.errors import CatalogError, NoLibraryError, WayOut
from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.connection.read_only import ReadOnlyFile, may, read_only_file
from recog.store.connection.url import parse_url, sqlite_path
from recog.store.maintenance.restore import refuse_half_restored
from recog.store.schema.migrations import prepare

BUSY_SECONDS = 10.0
_MAKING = Lock()


def open_catalog(
    url: str | Path, *, create: bool = True, busy_seconds: float = BUSY_SECONDS, host: str | None = None
) -> Catalog:
    """Open the catalog at `sqlite:///PATH`, `postgresql://USER@HOST/NAME` or the path of a SQLite file.

    A new or older database gets today's schema; an older SQLite file is first copied to PATH.before-REVISION. Raises
    SchemaOutdatedError if the schema is newer, CatalogError if a restore of the file was interrupted, LibraryBusyError
    if another program holds a lock for more than busy_seconds.

    host: the name of this machine, by which files of several machines are told apart; by default, that of the system
    on a server, and the same for every machine that opens a SQLite file.

    Catalogs of one file that a process opens share their connections; threads may share a catalog.

    Without `create`, a missing SQLite file or an empty database is a NoLibraryError, and nothing is made. A SQLite file
    that may only be read is then opened for reading: writing is a CatalogError, an older schema a SchemaOutdatedError.
    """
    parsed = parse_url(url)
    read_only = None
    if (path := sqlite_path(parsed)) is not None:
        read_only = _opened_file(path, create=create)
    database = Database(parsed, busy_seconds=busy_seconds, read_only=read_only, host=host)
    try:
        prepare(database, create=create)
        with database.translated():
            catalog = Catalog(database)
        catalog.old_pages.overwrite()
    except BaseException:
        database.close()
        raise
    return catalog


def open_shown(
    url: str | Path, account_id: int, *, busy_seconds: float = BUSY_SECONDS, host: str | None = None
) -> Catalog:
    """Open what an account is shown of a catalog that is open already, for reading alone.

    See recog.store.connection.account_views.
    """
    parsed = parse_url(url)
    read_only = None if (path := sqlite_path(parsed)) is None else read_only_file(path)
    database = Database(parsed, busy_seconds=busy_seconds, read_only=read_only, host=host, account_id=account_id)
    try:
        with database.translated():
            return Catalog(database)
    except BaseException:
        database.close()
        raise


def catalog_file(url: str | Path) -> Path | None:
    """Return the file that `open_catalog` would open, or None if a server keeps the catalog."""
    return sqlite_path(parse_url(url))


def _opened_file(path: Path, *, create: bool) -> ReadOnlyFile | None:
    """Find or make the file, and let only its owner read it; folders made on the way are 0700.

    A file whose restore was interrupted is refused. Without `create`, a file that may only be read stays as it is.
    """
    try:
        refuse_half_restored(path)
        if not create and not path.exists():
            raise NoLibraryError(f"there is no library at {path}", way_out=WayOut.MAKE_LIBRARY)
        if not create and (read_only := read_only_file(path)) is not None:
            return read_only
        make_directory(path.parent)
        _make_private(path.resolve())
    except OSError as error:
        raise CatalogError(
            f"the database {path} cannot be opened ({error.strerror}): check the place and who may write there"
        ) from error
    return None


def _make_private(path: Path) -> None:
    """Make an empty file if nothing is at path, and let only its owner read it.

    The descriptor is closed before any connection of this process can exist (see recog.held_files): the file is new,
    and threads make files in turn. The mode of a file that is there is changed by path, because it may be open.
    """
    with _MAKING:
        if not path.exists():
            try:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
            except FileExistsError:  # another process was quicker
                pass
            else:
                path.chmod(FILE_MODE)  # the umask may have taken the owner's rights away
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a file", str(path))
        if not may(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        if stat.S_IMODE(status.st_mode) & 0o077:
            path.chmod(FILE_MODE)
