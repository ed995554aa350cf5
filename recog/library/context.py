"""The state that the use cases of one library share: settings, networks, catalog, index and the writers' locks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from recog.errors import (
    CatalogError,
    CatalogUnusableError,
    ConfigError,
    LibraryReplacedError,
    NoLibraryError,
    RecogError,
    SchemaOutdatedError,
    WayOut,
)
from recog.held_files import Identity, identity_of
from recog.library.outdated import drop_outdated
from recog.library.writers import Writers
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.maintenance.pending import PendingErasure
from recog.store.writer_lock import WriterLock

if TYPE_CHECKING:  # a verb that asks the catalog alone waits for no index, network or decoder
    from recog.config import Settings
    from recog.library.networks import Networks
    from recog.library.recognition.gallery import PersonGallery
    from recog.library.recognition.vector_index import VectorIndex
    from recog.library.replica import Answering, Replica
    from recog.library.thumbnails import PhotoThumbnails
    from recog.photos import DecodeLimits

Answer = TypeVar("Answer")


class LibraryContext:
    """Settings, networks, catalog and index of one library, which threads may share.

    Making one costs nothing: each part opens when it is first needed. Questions never wait for writers; writers wait
    for each other (see recog.library.writers).
    """

    def __init__(self, settings: Settings, networks: Networks, *, catalog: Catalog | None = None) -> None:
        """catalog: one that is open already; by default that of the settings, opened when it is first needed."""
        self.settings = settings
        self.networks = networks
        self._writers = Writers()
        self._opening = RLock()  # guards the next seven; held while one of them is opened or closed
        self._catalog = catalog
        self._vector_index: VectorIndex | None = None
        self._gallery: PersonGallery | None = None
        self._replica: Replica | None = None
        self._folder: Identity | None = None
        self._looked_at: Hashable = None
        self._outdated: PendingErasure | None = None

    def close(self) -> None:
        """Close the catalog and drop what was read from it; the next question opens it again."""
        with self._opening:
            catalog, replica = self._catalog, self._replica
            self._catalog = self._vector_index = self._gallery = self._replica = None
            self._folder = self._looked_at = self._outdated = None
        if replica is not None:
            replica.catalog.close()
        if catalog is not None:
            catalog.close()

    @property
    def catalog(self) -> Catalog:
        """The catalog, which must exist."""
        with self._opening:
            if self._catalog is None:
                self._catalog = open_catalog(self.settings.catalog_at, create=False, host=self.settings.host)
                with suppress(OSError):  # only a writer needs the folder, and its lock tells who may use it
                    self._folder = identity_of(self.settings.library)
            catalog = self._catalog
        self._drop_outdated(catalog)
        return catalog

    @property
    def pending_erasure(self) -> PendingErasure | None:
        """Why bytes of forgotten people may still be in the catalog's file or the index; None if they are not."""
        with self._opening:
            catalog, outdated = self._catalog, self._outdated
        if catalog is None:
            return None
        # Look at the index again: whoever wrote there may have finished.
        if outdated is not None:
            outdated = drop_outdated(catalog, self.settings.library)
        return catalog.old_pages.pending or outdated

    @property
    def vector_index(self) -> VectorIndex:
        """The vector index, always as the catalog is."""
        with self._opening:
            return self._index_of(self.catalog)

    @property
    def gallery(self) -> PersonGallery:
        """The confirmed faces, which probes are identified against."""
        from recog.library.recognition.gallery import PersonGallery

        with self._opening:
            catalog = self.catalog
            if self._gallery is None:
                self._gallery = PersonGallery(catalog, self.networks, self.vector_index, k=self.settings.k)
            return self._gallery

    @cached_property
    def thumbnails(self) -> PhotoThumbnails:
        """The thumbnails of photos, a cache in the library's folder."""
        from recog.library.thumbnails import PhotoThumbnails

        return PhotoThumbnails(self.settings.library, space=self.settings.thumbnail_space << 20)

    def answered(self, ask: Callable[[Answering], Answer]) -> Answer:
        """Return what `ask` makes of the catalog, or of its replica if the settings name one.

        An answer of the replica counts if the primary server, asked afterwards, has removed no face that the replica
        still had. Otherwise, and if the replica raises an error that the primary might not, the primary is asked.
        """
        if self.settings.database_read is None:
            return ask(self)
        catalog = self.catalog
        try:
            replica = self._replica_of(catalog, self.settings.database_read)
            seen = replica.catalog.erasure.last_removal()
            answer = ask(replica)
        except CatalogUnusableError as error:
            error.way_out = error.way_out or WayOut.WITHOUT_REPLICA
            raise
        except (ConfigError, SchemaOutdatedError):
            raise
        except RecogError:
            return ask(self)
        return answer if catalog.erasure.last_removal() == seen else ask(self)

    def _replica_of(self, catalog: Catalog, url: str) -> Replica:
        from recog.library.replica import Replica

        with self._opening:
            if self._replica is None:
                self._replica = Replica(url, self.settings, self.networks, of=catalog)
            return self._replica

    def drop_outdated_thumbnails(self) -> None:
        """Delete the thumbnails of photos that the catalog no longer has."""
        if self.thumbnails.folder.is_dir():
            self.thumbnails.drop_others(self.catalog.photos.all_digests())

    def _index_of(self, catalog: Catalog) -> VectorIndex:
        from recog.library.recognition.index_choice import index_of

        if self._vector_index is None:
            networks = self.networks
            self._vector_index = index_of(catalog, networks.info, settings=self.settings, device=networks.device)
        return self._vector_index

    def _drop_outdated(self, catalog: Catalog, *, locked: bool = False) -> None:
        """Delete indexes of this folder that have not seen the catalog's last erasure, as soon as there is one."""
        version = catalog.version()  # asked first: what is written during the look is looked for next time
        if locked or version != self._looked_at:
            outdated = drop_outdated(catalog, self.settings.library, locked=locked)
            with self._opening:
                if catalog is self._catalog:
                    self._outdated, self._looked_at = outdated, version

    def exists(self) -> bool:
        """Return whether there is a catalog, also if it cannot be opened."""
        try:
            return self.catalog is not None
        except CatalogError as error:  # whoever opens a catalog that cannot be opened hears why
            return not isinstance(error, NoLibraryError)

    @contextmanager
    def writing(self, *, create: bool = False) -> Iterator[Catalog]:
        """Take a turn at writing: other threads that write wait; another process is a LibraryBusyError."""
        self._refuse_unwritable(create=create)
        with self._writers.turn(self.lock(self.settings.library)):
            yield self._opened_by_writer()

    @contextmanager
    def job(self, *, create: bool = False) -> Iterator[Catalog]:
        """Begin a long run, whose writes take a `turn` each; a second one waits for its end."""
        self._refuse_unwritable(create=create)
        with self._writers.job(self.lock(self.settings.library)):
            with self._writers.turn(self.lock(self.settings.library)):
                catalog = self._opened_by_writer()
            yield catalog

    @contextmanager
    def working(self) -> Iterator[Catalog]:
        """Begin to work on the queue: beside other processes on a server, which orders what they write; else a job."""
        self._refuse_unwritable(create=False)
        if (catalog := self.catalog).on_server:
            yield catalog
            return
        with self.job() as catalog:
            yield catalog

    @contextmanager
    def turn_of_worker(self) -> Iterator[int]:
        """Inside `working`, take a turn at writing, among the threads of this process; see `turn`."""
        lock = nullcontext() if self.catalog.on_server else self.lock(self.settings.library)
        with self._writers.turn(lock) as number:
            yield number

    @contextmanager
    def writing_alone(self) -> Iterator[Catalog]:
        """Take a turn at writing while no job runs, because the act would take photos away from under it."""
        with self.job(), self.writing() as catalog:
            yield catalog

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Close the catalog, which need not exist, and keep all writers out while its file is replaced."""
        lock = WriterLock(self.settings.library)
        with self._writers.job(lock), self._writers.turn(lock):
            self.close()
            yield

    @contextmanager
    def turn(self) -> Iterator[int]:
        """Inside a job, take a turn at writing; gives its number, one more than that of the turn before."""
        with self._writers.turn(self.lock(self.settings.library)) as number:
            yield number

    def _refuse_unwritable(self, *, create: bool) -> None:
        if not create:
            self.catalog  # noqa: B018 - says that there is no library before a directory is made for its lock
        if (catalog := self._catalog) is not None:
            catalog.refuse_read_only()

    def _opened_by_writer(self) -> Catalog:
        with self._opening:
            if self._catalog is None:
                self._catalog = open_catalog(self.settings.catalog_at, create=True, host=self.settings.host)
            self._folder = identity_of(self.settings.library)
            catalog = self._catalog
        self._drop_outdated(catalog, locked=True)
        return catalog

    def lock(self, directory: Path) -> WriterLock:
        """Return a writer's lock in the library's folder, or below it; a folder that vanished is not made anew."""
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
        from recog.photos import DecodeLimits

        return DecodeLimits(self.settings.decode_seconds, self.settings.decode_memory)
