"""Write the whole catalog to one file, and put such a file back in its place."""

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
    """Copy the catalog to a file that is not there yet, or into a folder under the name of this moment.

    Others may write meanwhile: the copy is of one moment.
    """
    if target.is_dir():
        target = target / f"recog-{datetime.now().astimezone():%Y%m%d-%H%M%S}.sqlite3"
    catalog.upkeep.back_up(target)
    return Backup(target, target.stat().st_size)


def restore(settings: Settings, backup: Path) -> Restored:
    """Make a backup the catalog again; the caller holds the writer's lock and has no catalog open.

    The published index goes with the catalog it was made of: the numbers of later faces will be given again.
    """
    path = catalog_file(settings.catalog_at)
    if path is None:
        raise CatalogError("a PostgreSQL catalog is brought back by the server's own tools: pg_dump and pg_restore")
    with restoring(path, backup) as kept:
        discard(settings.library / "index")
    with open_catalog(settings.catalog_at, create=False) as catalog:
        counts = catalog.upkeep.counts()
    return Restored(backup, kept, counts.photos, counts.faces, counts.people)
