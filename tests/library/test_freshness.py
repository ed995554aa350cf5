"""The index in step with a catalog that others write to meanwhile."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recog.library.freshness import FreshIndex
from recog.store.catalog import Catalog
from recog.store.database import Database, parse_url
from recog.store.records import EmbeddingRows
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library


class BusyCatalog(Catalog):
    """Gives embeddings one by one, and something is written after each of the first ones."""

    def __init__(self, database: Database, meanwhile: list[Callable[[], object]]) -> None:
        super().__init__(database)
        self._meanwhile = meanwhile

    def embeddings(
        self, network_sha256: str, *, after: int = 0, until: int | None = None, batch: int = 1
    ) -> Iterator[EmbeddingRows]:
        """The rows of Catalog, in runs of one."""
        for rows in super().embeddings(network_sha256, after=after, until=until, batch=batch):
            yield rows
            if self._meanwhile:
                self._meanwhile.pop(0)()


@pytest.fixture
def indexed(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    for number, colour in enumerate((RED, GREEN, BLUE)):
        paint(folder / f"{number}.png", colour)
    library.index(folder)
    return library


def test_an_index_that_is_built_while_photos_are_embedded_anew_holds_each_face_once_as_it_is_now(
    indexed: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    catalog, network = indexed.catalog, indexed.networks.info

    def embed_anew() -> None:
        catalog.embed_again([1], network.sha256)
        indexed.index(folder)

    def drop_a_photo() -> None:
        (folder / "1.png").unlink()
        indexed.index(folder)
        indexed.prune()

    database = Database(parse_url(tmp_path / "library" / "catalog.sqlite3"), busy_seconds=1)
    with BusyCatalog(database, [embed_anew, drop_a_photo]) as busy:
        index = FreshIndex(busy, tmp_path / "nowhere", network, device="cpu").current()
    assert index.ids().tolist() == [1, 3]


def test_looking_for_faults_of_the_file_leaves_the_index_in_memory_behind_nothing(
    indexed: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    """As many faces came as went, so that their number tells nothing."""
    assert indexed.fresh_index.current().ids().tolist() == [1, 2, 3]
    with painted_library(tmp_path / "library") as other:
        (folder / "1.png").unlink()
        paint(folder / "3.png", GREEN, noise=1)
        other.index(folder)
        other.prune()
    assert indexed.check().findings == ()
    assert indexed.fresh_index.current().ids().tolist() == [1, 3, 4]
