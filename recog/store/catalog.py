"""The catalog: everything recog knows, in SQL, behind plain values. Any index is derived from it."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import AbstractContextManager
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import select

from recog.errors import ReadOnlyError
from recog.store.connection.database import Database
from recog.store.maintenance.old_pages import OldPages
from recog.store.schema.tables import library

if TYPE_CHECKING:  # each part is imported when it is first used
    from recog.store.accounts import Accounts
    from recog.store.albums import Albums
    from recog.store.clusters import Clusters
    from recog.store.jobs import Jobs
    from recog.store.maintenance.erasure import Erasure
    from recog.store.maintenance.retention import Retention
    from recog.store.maintenance.roles import ServerRoles
    from recog.store.maintenance.server_state import ServerState
    from recog.store.maintenance.upkeep import Upkeep
    from recog.store.people.acts import Acts
    from recog.store.people.matches import Matches
    from recog.store.people.people import People
    from recog.store.people.snapshot import Snapshot
    from recog.store.photos.embeddings import StoredEmbeddings
    from recog.store.photos.faces import Faces
    from recog.store.photos.files import Files
    from recog.store.photos.hnsw import HnswIndexes
    from recog.store.photos.map_places import MapPlaces
    from recog.store.photos.nearest import NearestFaces
    from recog.store.photos.photos import Photos
    from recog.store.photos.roots import Roots
    from recog.store.photos.timeline import Timeline
    from recog.store.styling import Styles


class Catalog:
    """Photos, faces, embeddings, people and style jobs of one library; made by recog.store.engine.open_catalog.

    Its methods are those of its parts: `files`, `roots`, `jobs`, `photos`, `timeline`, `faces`, `embeddings`,
    `map_places`, `nearest`, `hnsw`, `people`, `matches`, `acts`, `accounts`, `clusters`, `albums`, `styles`, `erasure`,
    `retention`, `old_pages`, `upkeep`, `roles`, `server`. A part may be replaced by assigning another one.

    Each method is one transaction: all or nothing, also when the process is killed. Threads may share a catalog:
    several read beside one that writes, and writers wait for each other. Whatever the database raises leaves as a
    CatalogError; so does every question to a closed catalog, also of a thread that was using it meanwhile.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.old_pages = OldPages(database)
        with database.reading() as connection:
            self._library_id: str = connection.execute(select(library.c.uuid)).scalar_one()

    @cached_property
    def files(self) -> Files:
        """Files: which are known, missing, or could not be used."""
        from recog.store.photos.files import Files

        return Files(self._database)

    @cached_property
    def roots(self) -> Roots:
        """Roots: the folders that were indexed, and where machines have them."""
        from recog.store.photos.roots import Roots

        return Roots(self._database)

    @cached_property
    def jobs(self) -> Jobs:
        """The queue of files to be looked at."""
        from recog.store.jobs import Jobs

        return Jobs(self._database)

    @cached_property
    def photos(self) -> Photos:
        """Photos, by number, digest or path."""
        from recog.store.photos.photos import Photos

        return Photos(self._database)

    @cached_property
    def timeline(self) -> Timeline:
        """Photos by date."""
        from recog.store.photos.timeline import Timeline

        return Timeline(self._database)

    @cached_property
    def faces(self) -> Faces:
        """Faces and their thumbnails."""
        from recog.store.photos.faces import Faces

        return Faces(self._database)

    @cached_property
    def embeddings(self) -> StoredEmbeddings:
        """Embeddings, and the log of removed ones."""
        from recog.store.photos.embeddings import StoredEmbeddings

        return StoredEmbeddings(self._database)

    @cached_property
    def map_places(self) -> MapPlaces:
        """Where faces lie on the map of the library."""
        from recog.store.photos.map_places import MapPlaces

        return MapPlaces(self._database)

    @cached_property
    def nearest(self) -> NearestFaces:
        """Search of the server that keeps the catalog; only if `on_server`."""
        from recog.store.photos.nearest import NearestFaces

        return NearestFaces(self._database)

    @cached_property
    def hnsw(self) -> HnswIndexes:
        """The server's search indexes; only if `on_server`."""
        from recog.store.photos.hnsw import HnswIndexes

        return HnswIndexes(self._database)

    @cached_property
    def people(self) -> People:
        """People, and what users said about faces."""
        from recog.store.people.people import People

        return People(self._database)

    @cached_property
    def matches(self) -> Matches:
        """The names that faces got by distance."""
        from recog.store.people.matches import Matches

        return Matches(self._database)

    @cached_property
    def acts(self) -> Acts:
        """What users do to faces and people, and its history."""
        from recog.store.people.acts import Acts
        from recog.store.photos.drawn import DrawnFaces

        return Acts(self._database, DrawnFaces())

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts of the people who use the served library."""
        from recog.store.accounts import Accounts

        return Accounts(self._database)

    @cached_property
    def clusters(self) -> Clusters:
        """The latest clusters of each network."""
        from recog.store.clusters import Clusters

        return Clusters(self._database)

    @cached_property
    def albums(self) -> Albums:
        """Albums that follow a query."""
        from recog.store.albums import Albums

        return Albums(self._database)

    @cached_property
    def styles(self) -> Styles:
        """Style jobs."""
        from recog.store.styling import Styles

        return Styles(self._database)

    @cached_property
    def retention(self) -> Retention:
        """The age of faces, and the end of those that nobody named."""
        from recog.store.maintenance.retention import Retention

        return Retention(self._database, self.old_pages)

    @cached_property
    def erasure(self) -> Erasure:
        """Forgetting people."""
        from recog.store.maintenance.erasure import Erasure

        return Erasure(self._database, self.old_pages)

    @cached_property
    def upkeep(self) -> Upkeep:
        """Counts, checks and backups."""
        from recog.store.maintenance.upkeep import Upkeep

        return Upkeep(self._database)

    @cached_property
    def roles(self) -> ServerRoles:
        """Rights of the server's roles."""
        from recog.store.maintenance.roles import ServerRoles

        return ServerRoles(self._database)

    @cached_property
    def server(self) -> ServerState:
        """The state of the server; only if `on_server`."""
        from recog.store.maintenance.server_state import ServerState

        return ServerState(self._database)

    @property
    def library_id(self) -> str:
        """The identifier made with the database; files derived from this catalog carry it."""
        return self._library_id

    @property
    def url(self) -> str:
        """Where the catalog is, its password masked."""
        return self._database.url

    @property
    def on_server(self) -> bool:
        """Whether a PostgreSQL server keeps the catalog, not a file."""
        return not self._database.is_sqlite

    @property
    def host(self) -> str:
        """The name of this machine in the catalog, empty if it has none."""
        return self._database.host

    @property
    def read_only(self) -> bool:
        """Whether the database was opened for reading only."""
        return self._database.read_only is not None

    def version(self) -> Hashable:
        """Return a value that changes after every write, by whomever; it may also change without one.

        Threads may compare their values. Inside `repeatable_reads` no two values are equal.
        """
        return self._database.version()

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open the catalog as it is now, for several of an identification's questions in one transaction."""
        from recog.store.people.snapshot import snapshot_of

        return snapshot_of(self._database)

    def repeatable_reads(self) -> AbstractContextManager[None]:
        """Let all that this thread reads inside the block come from one snapshot; write nothing in it.

        Other threads and programs are not affected. A person who is forgotten during the block is erased from old
        pages only when the catalog is next opened.
        """
        return self._database.repeatable_reads()

    def refuse_read_only(self) -> None:
        """Raise ReadOnlyError if the database may only be read here."""
        if self.read_only:
            raise ReadOnlyError(
                f"the database {self._database.where} may only be read here, so nothing can be changed: "
                "open it where it may be written"
            )

    def close(self) -> None:
        """Close the database, after the transactions that other threads have begun."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
