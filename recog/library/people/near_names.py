"""Ask who is meant before somebody new gets nearly the name of somebody known."""

from recog.errors import NearNameError
from recog.store.catalog import Catalog
from recog.store.people.names import near_name


def refuse_near(catalog: Catalog, name: str, *, but: int | None = None) -> None:
    """NearNameError where somebody, but the person of that number, is called nearly so: ask who is meant."""
    known = [person.name for person in catalog.people.all(hidden=True) if person.id != but]
    meant = near_name(name, known)
    if meant is not None:
        raise NearNameError(name, meant)
