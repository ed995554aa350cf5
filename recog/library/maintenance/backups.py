"""Backup of the whole catalog to one file, and restore."""

from datetime import datetime
from pathlib import Path

from recog.config import Settings
from recog.errors import CatalogError
from recog.index.files import discard
from recog.library.maintenance.results import Backup, Restored
from recog.store.catalog import Catalog
from recog.store.engine import catalog_file, open_catalog
from recog.store.maintenance.restore import restoring


def back_up(catalog: Catalog, target: Path) -> Backup:
    """Copy the catalog to a new file, or into a folder under a name with the current time.

    The copy is one snapshot of the catalog, even if others write meanwhile.
    """
    if target.is_dir():
        target = target / f"recog-{datetime.now().astimezone():%Y%m%d-%H%M%S}.sqlite3"
    catalog.upkeep.back_up(target)
    return Backup(target, target.stat().st_size)


def restore(settings: Settings, backup: Path) -> Restored:
    """Replace the catalog by a backup; the caller holds the writer's lock and has no catalog open.

    The published index is discarded with the old catalog, because new faces will get the numbers of faces in it.
    """
    path = catalog_file(settings.catalog_at)
    if path is None:
        raise CatalogError("a PostgreSQL catalog is brought back by the server's own tools: pg_dump and pg_restore")
    with restoring(path, backup) as kept:
        discard(settings.library / "index")
    with open_catalog(settings.catalog_at, create=False) as catalog:
        counts = catalog.upkeep.counts()
    return Restored(backup, kept, counts.photos, counts.faces, counts.people)
