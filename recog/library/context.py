"""The state that the use cases of one library share: settings, networks, catalog, index and the writer's lock."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from threading import RLock

from recog.config import Settings
from recog.errors import CatalogError, LibraryReplacedError, NoLibraryError
from recog.held_files import Identity, identity_of
from recog.library.networks import Networks
from recog.library.outdated import drop_outdated
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.live_index import LiveIndex
from recog.photos import DecodeLimits
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.records import PendingErasure
from recog.store.writer_lock import WriterLock


class LibraryContext:
    """Settings, networks, catalog and index of one library.

    Making one costs nothing: each part opens when it is first needed.
    """

    def __init__(self, settings: Settings, networks: Networks, *, catalog: Catalog | None = None) -> None:
        """catalog: one that is open already; by default that of the settings, opened when it is first needed."""
        self.turn = RLock()
        self.settings = settings
        self.networks = networks
        self._catalog = catalog
        self._folder: Identity | None = None
        self._looked_at: Hashable = None
        self._outdated: PendingErasure | None = None

    def close(self) -> None:
        """Close the catalog and drop what was read from it; the next question opens it again."""
        for part in ("live_index", "gallery"):
            self.__dict__.pop(part, None)
        if (catalog := self._catalog) is not None:
            self._catalog = self._folder = self._looked_at = self._outdated = None
            catalog.close()

    @property
    def catalog(self) -> Catalog:
        """The catalog, which must exist."""
        if self._catalog is None:
            self._catalog = open_catalog(self.settings.catalog_at, create=False)
            with suppress(OSError):  # only a writer needs the folder, and its lock tells who may use it
                self._folder = identity_of(self.settings.library)
        self._drop_outdated(self._catalog)
        return self._catalog

    @property
    def pending_erasure(self) -> PendingErasure | None:
        """Why bytes of forgotten people may still be in the catalog's file or the index; None where that is not so."""
        if self._catalog is None:
            return None
        # Of the index, look again: whoever wrote there may have done so by now.
        outdated = None if self._outdated is None else drop_outdated(self._catalog, self.settings.library)
        return self._catalog.old_pages.pending or outdated

    @cached_property
    def live_index(self) -> LiveIndex:
        """The vector index, kept in step with the catalog."""
        return LiveIndex(self.catalog, self.settings.library / "index", self.networks.info, device=self.networks.device)

    @cached_property
    def gallery(self) -> PersonGallery:
        """The confirmed faces, which probes are identified against."""
        return PersonGallery(self.catalog, self.networks, self.live_index.current, k=self.settings.k)

    def _drop_outdated(self, catalog: Catalog, *, locked: bool = False) -> None:
        """Delete indexes of this folder that have not seen the catalog's last erasure, as soon as there is one."""
        version = catalog.version()  # before the look: what is written meanwhile is looked for next time
        if locked or version != self._looked_at:
            self._outdated = drop_outdated(catalog, self.settings.library, locked=locked)
            self._looked_at = version

    def exists(self) -> bool:
        """Return whether there is a catalog; one that cannot be opened is there."""
        try:
            return self.catalog is not None
        except CatalogError as error:  # of what is there and cannot be opened, whoever opens it hears why
            return not isinstance(error, NoLibraryError)

    @contextmanager
    def writing(self, *, create: bool = False) -> Iterator[Catalog]:
        """Hold the writer's lock; the second writer gets LibraryBusyError."""
        if not create:
            self.catalog  # noqa: B018 - says that there is no library before a directory is made for its lock
        if self._catalog is not None:
            self._catalog.refuse_read_only()
        with self.lock(self.settings.library):
            if self._catalog is None:
                self._catalog = open_catalog(self.settings.catalog_at, create=True)
            self._folder = identity_of(self.settings.library)
            self._drop_outdated(self._catalog, locked=True)
            yield self._catalog

    def lock(self, directory: Path) -> WriterLock:
        """A writer's lock in the library's folder, or below it; a folder that vanished is not made anew."""
        try:
            folder = identity_of(self.settings.library)
        except OSError:  # the lock tells why it cannot be opened
            folder = self._folder
        if self._folder is not None and folder != self._folder:
            raise LibraryReplacedError(
                f"the library's folder {self.settings.library} was deleted, moved or replaced while recog had it open, "
                "so nothing is saved there: stop recog, put the folder back in its place, and start again"
            )
        return WriterLock(directory, create=self._folder is None or directory != self.settings.library)

    @property
    def decode_limits(self) -> DecodeLimits:
        """The seconds and the memory that decoding one photo may take."""
        return DecodeLimits(self.settings.decode_seconds, self.settings.decode_memory)
