"""A catalog that others write to at the worst moment."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.records import EmbeddingRows
from recog.types import Face, Photo


class BusyCatalog(Catalog):
    """Gives embeddings one by one; each of `meanwhile` is done once, after one of these or before faces or photos."""

    def __init__(self, path: Path, *meanwhile: Callable[[], object]) -> None:
        super().__init__(Database(parse_url(path), busy_seconds=1))
        self.meanwhile = list(meanwhile)

    def embeddings(
        self, network_sha256: str, *, after: int = 0, until: int | None = None, batch: int = 1, whole: bool = False
    ) -> Iterator[EmbeddingRows]:
        """The rows of Catalog, in runs of one."""
        for rows in super().embeddings(network_sha256, after=after, until=until, batch=batch, whole=whole):
            yield rows
            self.let_others_write()

    def faces(self, face_ids: Iterable[int]) -> dict[int, Face]:
        """As in Catalog."""
        self.let_others_write()
        return super().faces(face_ids)

    def photos(self, photo_ids: Iterable[int]) -> dict[int, Photo]:
        """As in Catalog."""
        self.let_others_write()
        return super().photos(photo_ids)

    def let_others_write(self) -> None:
        """Do the next of `meanwhile`."""
        if self.meanwhile:
            self.meanwhile.pop(0)()
