"""Published indexes that may hold a forgotten person, whom another folder's library erased from the catalog.

A catalog on a server has no index in a file: those that an earlier recog left beside it go at once.
"""

from contextlib import nullcontext
from pathlib import Path

from recog.errors import CatalogError, LibraryBusyError, SearchIndexError
from recog.index.files import discard_in, outdated
from recog.store.catalog import Catalog
from recog.store.maintenance.pending import ErasedBy, PendingErasure
from recog.store.writer_lock import WriterLock


def drop_outdated(catalog: Catalog, folder: Path, *, locked: bool = False) -> PendingErasure | None:
    """Delete, unread, the indexes in a library's folder that are older than the catalog's last erasure, or a server's.

    locked: the caller holds the folder's writer's lock. Returns what prevents it, or None if no such index is left. A
    folder that may not be read prevents it if anybody was ever forgotten.
    """

    def found() -> list[Path]:
        erased_since = _always if catalog.on_server else catalog.erasure.erased_since
        return outdated(folder / "index", library_id=catalog.library_id, erased_since=erased_since)

    left = f"the search index in {folder} may hold vectors of a person who was forgotten from another folder"
    if catalog.on_server:
        left = f"the search index in {folder}, which an earlier recog made, may hold vectors of forgotten people"
    try:
        if not found():
            return None
        with nullcontext() if locked else WriterLock(folder, create=False):
            for home in found():
                discard_in(home)
    except LibraryBusyError:
        return PendingErasure(f"{left}, and another recog is writing there", "wait for it", ErasedBy.STATUS)
    except (CatalogError, SearchIndexError) as error:
        return PendingErasure(f"{left}, and cannot be deleted ({error})", "check who may write there", ErasedBy.STATUS)
    except OSError as error:
        if not catalog.erasure.erased_since(0):
            return None
        return PendingErasure(
            f"{left}, and cannot be looked into ({error.strerror})", "check who may read there", ErasedBy.STATUS
        )
    return None


def _always(_removal_id: int, _network_sha256: str | None) -> bool:
    return True
