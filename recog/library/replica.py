"""Questions that a read replica of the catalog's server answers."""

from functools import cached_property
from typing import Protocol

from recog.config import Settings
from recog.library.networks import Networks
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.index_choice import index_of
from recog.library.recognition.vector_index import VectorIndex
from recog.store.catalog import Catalog
from recog.store.replica import open_replica


class Answering(Protocol):
    """What questions are answered from."""

    @property
    def catalog(self) -> Catalog:
        """The catalog."""

    @property
    def vector_index(self) -> VectorIndex:
        """The index of its faces."""

    @property
    def gallery(self) -> PersonGallery:
        """Its confirmed faces."""


class Replica:
    """A read replica of a catalog, with an index and a gallery of its own. Threads may share it."""

    def __init__(self, url: str, settings: Settings, networks: Networks, *, of: Catalog) -> None:
        """Open the replica of an open catalog; see recog.store.replica for what is refused."""
        self.catalog = open_replica(url, of=of)
        self._settings = settings
        self._networks = networks

    @cached_property
    def vector_index(self) -> VectorIndex:
        """The index of the replica's faces."""
        return index_of(self.catalog, self._networks.info, settings=self._settings, device=self._networks.device)

    @cached_property
    def gallery(self) -> PersonGallery:
        """The confirmed faces that the replica has."""
        return PersonGallery(self.catalog, self._networks, self.vector_index, k=self._settings.k)
