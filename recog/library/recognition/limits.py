"""Limit a search to some faces of the library: of a person, in a folder, of a time."""

from datetime import date
from pathlib import Path

from recog.errors import CatalogError, WayOut
from recog.store.catalog import Catalog
from recog.store.records import Among


def among_of(
    catalog: Catalog, *, person: str | None, folder: Path | None, since: date | None, until: date | None
) -> Among | None:
    """Return what the faces of a search must be; None if all are meant.

    Raises:
        CatalogError: nobody has this name, the library knows no file in the folder, or no day is in the time.
    """
    if since is not None and until is not None and since > until:
        raise CatalogError(f"no day is both after {since} and before {until}: name the earlier day first")
    if folder is not None and not catalog.files.knows_any_below(folder):
        raise CatalogError(f"the library knows no file in {folder}", way_out=WayOut.LIST_ROOTS)
    person_id = None if person is None else catalog.people.by_name(person).id
    among = Among(person_id, folder, since, until)
    return None if among == Among() else among
