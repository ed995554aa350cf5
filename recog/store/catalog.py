"""The catalog: everything recog knows, in SQL, behind plain values. The truth that any index is a copy of."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from sqlalchemy import select

from recog.errors import ReadOnlyError
from recog.store.clusters import Clusters
from recog.store.connection.database import Database
from recog.store.maintenance.erasure import Erasure
from recog.store.maintenance.upkeep import Upkeep
from recog.store.people.acts import Acts
from recog.store.people.lookups import Lookups
from recog.store.people.people import People
from recog.store.photos.faces import Faces
from recog.store.photos.files import Files
from recog.store.photos.photos import Photos
from recog.store.schema.tables import library
from recog.store.styling import Styling


class Catalog(Files, Photos, Faces, People, Lookups, Acts, Clusters, Styling, Erasure, Upkeep):
    """Photos, faces, embeddings, people and style jobs of one library; made by recog.store.engine.open_catalog.

    Each method is one transaction: all or nothing, also when the process is killed. Threads may share a catalog:
    several read beside one that writes, and writers wait for each other. Whatever the database raises leaves as a
    CatalogError; so does every question to a closed catalog, also of a thread that was using it meanwhile.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        with database.reading() as connection:
            self._library_id: str = connection.execute(select(library.c.uuid)).scalar_one()

    @property
    def library_id(self) -> str:
        """Made once, with the database: files derived from this catalog carry it."""
        return self._library_id

    @property
    def url(self) -> str:
        """Where the catalog is, its password masked."""
        return self._database.url

    @property
    def read_only(self) -> bool:
        """Whether the database may only be read here."""
        return self._database.read_only is not None

    def one_state(self) -> AbstractContextManager[None]:
        """Let all that this thread reads inside the block come from one snapshot; write nothing in it.

        Other threads and programs are not affected. A person who is forgotten during the block is erased from old
        pages only when the catalog is next opened.
        """
        return self._database.repeatable_reads()

    def refuse_read_only(self) -> None:
        """ReadOnlyError where the database may only be read here."""
        if self.read_only:
            raise ReadOnlyError(
                f"the database {self._database.where} may only be read here, so nothing can be changed: "
                "open it where it may be written"
            )

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
