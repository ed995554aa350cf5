"""A catalog that others write to at the worst moments."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.embedding_records import EmbeddingRows
from recog.store.photos.embeddings import StoredEmbeddings
from recog.store.photos.faces import Faces
from recog.store.photos.photos import Photos
from recog.types import Face, Photo


class BusyCatalog(Catalog):
    """Yields embeddings one by one; a call of `meanwhile` runs after each, and before faces and photos."""

    def __init__(self, path: Path, *meanwhile: Callable[[], object]) -> None:
        self.database = Database(parse_url(path), busy_seconds=1)
        super().__init__(self.database)
        self.meanwhile = list(meanwhile)
        self.embeddings = _BusyEmbeddings(self.database, self.let_others_write)
        self.faces = _BusyFaces(self.database, self.let_others_write)
        self.photos = _BusyPhotos(self.database, self.let_others_write)

    def let_others_write(self) -> None:
        """Make the next call of `meanwhile`, if one is left."""
        if self.meanwhile:
            self.meanwhile.pop(0)()


class _BusyEmbeddings(StoredEmbeddings):
    def __init__(self, database: Database, let_others_write: Callable[[], None]) -> None:
        super().__init__(database)
        self._let_others_write = let_others_write

    def batches(
        self, network_sha256: str, *, after: int = 0, until: int | None = None, batch: int = 1, whole: bool = False
    ) -> Iterator[EmbeddingRows]:
        """Yield the rows of StoredEmbeddings in batches of one."""
        for rows in super().batches(network_sha256, after=after, until=until, batch=batch, whole=whole):
            yield rows
            self._let_others_write()


class _BusyFaces(Faces):
    def __init__(self, database: Database, let_others_write: Callable[[], None]) -> None:
        super().__init__(database)
        self._let_others_write = let_others_write

    def by_ids(self, face_ids: Iterable[int]) -> dict[int, Face]:
        """Do the same as Faces.by_ids."""
        self._let_others_write()
        return super().by_ids(face_ids)


class _BusyPhotos(Photos):
    def __init__(self, database: Database, let_others_write: Callable[[], None]) -> None:
        super().__init__(database)
        self._let_others_write = let_others_write

    def by_ids(self, photo_ids: Iterable[int]) -> dict[int, Photo]:
        """Do the same as Photos.by_ids."""
        self._let_others_write()
        return super().by_ids(photo_ids)
