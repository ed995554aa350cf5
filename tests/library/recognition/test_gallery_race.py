"""One program merges two people while another reads the gallery."""

from pathlib import Path

from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.embedding_records import Gallery
from recog.store.photos.embeddings import StoredEmbeddings
from tests.painted import RED, PaintedLibrary, paint


def test_who_was_merged_while_the_gallery_was_read_is_named_as_what_came_of_it(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    paint(folder / "0.png", RED)
    library.index(folder)
    library.people.confirm("Ada", [1], new=True)

    class Busy(StoredEmbeddings):
        merged = False

        def gallery(self, network_sha256: str) -> Gallery:
            found = super().gallery(network_sha256)
            if not self.merged:
                self.merged = True
                library.people.confirm("Eve", [1], new=True)
                library.people.merge("Ada", "Eve")
            return found

    database = Database(parse_url(tmp_path / "library" / "catalog.sqlite3"), busy_seconds=1)
    catalog = Catalog(database)
    catalog.embeddings = Busy(database)
    with PaintedLibrary(library.context.settings, catalog=catalog) as other:
        (face,) = other.identify(folder / "0.png").faces
    assert face.person is not None
    assert face.person.name == "Eve"
