"""Keep the index in sync with a catalog that others write to meanwhile."""

from pathlib import Path

import pytest

from recog.library.recognition.live_index import LiveIndex
from tests.held_index import live_index
from tests.library.busy import BusyCatalog
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library


@pytest.fixture
def indexed(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    for number, colour in enumerate((RED, GREEN, BLUE)):
        paint(folder / f"{number}.png", colour)
    library.index(folder)
    return library


def test_an_index_that_is_built_while_photos_are_embedded_anew_holds_each_face_once_as_it_is_now(
    indexed: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    catalog, network = indexed.context.catalog, indexed.networks.info

    def embed_anew() -> None:
        catalog.embeddings.drop([1], network.sha256)
        indexed.index(folder)

    def drop_a_photo() -> None:
        (folder / "1.png").unlink()
        indexed.index(folder)
        indexed.photos.prune()

    with BusyCatalog(tmp_path / "library" / "catalog.sqlite3", embed_anew, drop_a_photo) as busy:
        index = LiveIndex(busy, tmp_path / "nowhere", network, device="cpu").current()
    assert index.ids().tolist() == [1, 3]


def test_looking_for_faults_of_the_file_leaves_the_index_in_memory_behind_nothing(
    indexed: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    """As many faces were added as removed, so the count does not reveal the change."""
    assert live_index(indexed).current().ids().tolist() == [1, 2, 3]
    with painted_library(tmp_path / "library") as other:
        (folder / "1.png").unlink()
        paint(folder / "3.png", GREEN, noise=1)
        other.index(folder)
        other.photos.prune()
    assert indexed.maintenance.check().findings == ()
    assert live_index(indexed).current().ids().tolist() == [1, 3, 4]


def test_an_index_file_that_is_as_it_should_be_is_not_written_again(indexed: PaintedLibrary, folder: Path) -> None:
    home = indexed.context.settings.library / "index"

    def written() -> tuple[str, int]:
        (path,) = home.rglob("*.faiss")
        return path.name, path.stat().st_mtime_ns

    first = written()
    indexed.index(folder)
    assert written() == first
    with painted_library(indexed.context.settings.library) as again:
        again.index(folder)
        assert written() == first
        again.maintenance.rebuild_index()
        rebuilt = written()
        assert rebuilt != first
        paint(folder / "3.png", RED, noise=3)
        again.index(folder)
        assert written() != rebuilt
        assert again.status().index.behind == 0
    with painted_library(indexed.context.settings.library) as again:
        assert again.maintenance.check().findings == ()


def test_an_index_file_that_somebody_deleted_is_written_again(indexed: PaintedLibrary, folder: Path) -> None:
    home = indexed.context.settings.library / "index"
    for name in ("*.json", "*.faiss"):
        (path,) = home.rglob(name)
        path.unlink()
        indexed.index(folder)
        with painted_library(indexed.context.settings.library) as again:
            assert again.maintenance.check().findings == ()
