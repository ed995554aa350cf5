"""One folder of state as all verbs stand on it: opened when first needed, locked by who writes, closed."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from recog.config import Settings, read_settings
from recog.errors import CatalogError, LibraryReplacedError, NoLibraryError
from recog.held_files import Identity, identity_of
from recog.library.networks import Networks
from recog.library.outdated import drop_outdated
from recog.library.recognition import matching
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.live_index import FreshIndex
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.lock import WriterLock
from recog.store.records import PendingErasure
from recog.weights.pull import Progress


class LibraryState:
    """Settings, networks, catalog and index of one library; PhotoLibrary is its verbs.

    Opening costs nothing: each part opens when first needed.
    """

    def __init__(self, settings: Settings, *, weights_progress: Progress | None = None) -> None:
        self._turn = RLock()
        self.settings = settings
        self.networks = Networks(settings, progress=weights_progress)
        self._catalog: Catalog | None = None
        self._folder: Identity | None = None
        self._looked_at: Hashable = None
        self._outdated: PendingErasure | None = None

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """The library that the settings name; by default those of the environment and the settings file."""
        return cls(settings if settings is not None else read_settings())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalog, and let go of what was read from it; what is asked next opens it again."""
        for part in ("fresh_index", "gallery"):
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
        return self._catalog.pending_erasure or outdated

    @cached_property
    def fresh_index(self) -> FreshIndex:
        """The vector index, kept in step with the catalog."""
        return FreshIndex(
            self.catalog, self.settings.library / "index", self.networks.info, device=self.networks.device
        )

    @cached_property
    def gallery(self) -> PersonGallery:
        """The confirmed faces, which probes are identified against."""
        return PersonGallery(self.catalog, self.networks, self.fresh_index.current, k=self.settings.k)

    def _drop_outdated(self, catalog: Catalog, *, locked: bool = False) -> None:
        """Delete indexes of this folder that have not seen the catalog's last erasure, as soon as there is one."""
        version = catalog.version()  # before the look: what is written meanwhile is looked for next time
        if locked or version != self._looked_at:
            self._outdated = drop_outdated(catalog, self.settings.library, locked=locked)
            self._looked_at = version

    def _exists(self) -> bool:
        try:
            return self.catalog is not None
        except CatalogError as error:  # of what is there and cannot be opened, whoever opens it hears why
            return not isinstance(error, NoLibraryError)

    @contextmanager
    def _writing(self, *, create: bool = False) -> Iterator[Catalog]:
        """Hold the writer's lock; the second writer gets LibraryBusyError."""
        if not create:
            self.catalog  # noqa: B018 - says that there is no library before a directory is made for its lock
        if self._catalog is not None:
            self._catalog.refuse_read_only()
        with self._lock(self.settings.library):
            if self._catalog is None:
                self._catalog = open_catalog(self.settings.catalog_at, create=True)
            self._folder = identity_of(self.settings.library)
            self._drop_outdated(self._catalog, locked=True)
            yield self._catalog

    def _lock(self, directory: Path) -> WriterLock:
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
    def pulls_in(self) -> bool:
        """Whether new faces, and others as soon as something is said of one, are named at once; else by `identify_all`.

        So in a library of at most 20,000 faces: there it takes about a second.
        """
        return matching.pulls_in(self.catalog, self.networks)

    @contextmanager
    def _saying(self) -> Iterator[Catalog]:
        """Write what a human says; then the names by distance follow from it."""
        with self._writing() as catalog:
            yield catalog
            matching.pull_in(catalog, self.networks, k=self.settings.k)
