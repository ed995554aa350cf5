"""Two folders with one catalog on a server: the server searches, and who is forgotten is gone for both at once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recog.config import read_settings
from recog.library.maintenance.doctor import examine
from recog.library.recognition.live_index import LiveIndex
from recog.store.engine import open_catalog
from recog.store.writer_lock import WriterLock
from recog.types import Embeddings
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint
from tests.postgres import Databases
from tests.texts import to_text

pytestmark = pytest.mark.postgres
ROSE = (231, 97, 113)
"""A colour whose direction has bytes of its own."""


class Shared:
    """Folders `a` and `b` whose libraries have their catalog in one database; Ada and Ben are in it."""

    def __init__(self, home: Path, database: str) -> None:
        self.home = home
        self.database = database
        self.ada = paint(home / "photos" / "ada.png", ROSE)
        with self.open("a") as first:
            first.index([self.ada.parent])
            first.people.enrol("Ada", [self.ada])
            first.people.enrol("Ben", [paint(home / "photos" / "ben.png", GREEN)])
            face = first.people.person("Ada").faces[0][0]
            _, (vector,) = first.context.catalog.embeddings.of_faces([face.id], first.networks.info.sha256)
        self.vector: Embeddings = vector.astype(np.float32)

    def open(self, name: str, *, index: str = "auto") -> PaintedLibrary:
        return PaintedLibrary(read_settings(library=self.home / name, database=self.database, index=index))

    def held(self, name: str) -> list[Path]:
        """Files of a folder that hold Ada's vector."""
        files = [path for path in (self.home / name).rglob("*") if path.is_file()]
        needles = self.vector.tobytes(), self.vector.astype(np.float16).tobytes()
        return [path for path in files if any(needle in path.read_bytes() for needle in needles)]

    def leave_file(self, name: str) -> None:
        """Write the index file that an earlier recog kept in each folder."""
        with open_catalog(self.database) as catalog:
            info = PaintedLibrary(read_settings(library=self.home / name)).networks.info
            LiveIndex(catalog, self.home / name / "index", info, device="cpu").publish()
        assert self.held(name), "the search finds no vector where one is"


def distances(library: PaintedLibrary, photo: Path) -> list[float]:
    return [one.squared_distance for one in library.search(photo, k=9).faces[0].found]


@pytest.fixture
def shared(databases: Databases, tmp_path: Path) -> Iterator[Shared]:
    made = databases.new()
    yield Shared(tmp_path, made)
    databases.drop(made)


def test_no_vector_lies_in_a_folder(shared: Shared) -> None:
    with shared.open("b") as second:
        second.index([shared.ada.parent])
        second.maintenance.rebuild_index()
        status = second.status().index
        assert (status.kind, status.device, status.faces, status.published) == ("flat", "server", 2, None)
        assert to_text(status) == "Index: flat on server, 2 faces, in the database, no file"
        assert distances(second, shared.ada)[0] == 0.0
    for name in ("a", "b"):
        assert not shared.held(name)
        assert not (shared.home / name / "index").exists()


def test_who_is_forgotten_by_one_is_gone_for_the_other_at_once(shared: Shared) -> None:
    with shared.open("b") as second, shared.open("a") as first:
        assert distances(second, shared.ada)[0] == 0.0
        assert first.people.forget("Ada").complete
        assert distances(second, shared.ada)[0] > 0.1
        assert len(distances(second, shared.ada)) == 1
    with shared.open("b") as again:
        assert len(distances(again, shared.ada)) == 1


def test_what_one_indexes_the_other_finds_at_once(shared: Shared) -> None:
    with shared.open("b") as second, shared.open("a") as first:
        blue = paint(shared.home / "photos" / "blue.png", BLUE)
        assert 0.0 not in distances(second, blue)
        first.index([blue.parent])
        assert distances(second, blue)[0] == 0.0


def test_a_file_of_an_earlier_recog_goes_with_the_first_command(shared: Shared) -> None:
    shared.leave_file("b")
    with shared.open("b") as second:
        assert len(second.people.all()) == 2
        assert second.maintenance.pending_erasure is None
    assert not shared.held("b")


def test_a_file_of_an_earlier_recog_that_cannot_be_deleted_yet_is_told(shared: Shared) -> None:
    shared.leave_file("b")
    with shared.open("b") as second:
        with WriterLock(shared.home / "b"):
            second.people.all()
            pending = second.maintenance.pending_erasure
            assert pending is not None
            assert "which an earlier recog made, may hold vectors" in pending.sentence
            assert shared.held("b")
        assert second.maintenance.pending_erasure is None
    assert not shared.held("b")


def test_a_file_of_another_library_in_the_folder_stays(shared: Shared, tmp_path: Path) -> None:
    with PaintedLibrary(read_settings(library=shared.home / "b")) as local:
        local.index([paint(tmp_path / "elsewhere" / "red.png", RED).parent])
    before = {path: path.read_bytes() for path in (shared.home / "b" / "index").rglob("*") if path.is_file()}
    assert before
    with shared.open("b") as second:
        second.people.all()
        second.index([shared.ada.parent])
    assert {path: path.read_bytes() for path in before} == before


def test_in_memory_faiss_answers_as_the_server_does_and_forgets_with_it(shared: Shared) -> None:
    with shared.open("a") as first, shared.open("b", index="memory") as second:
        status = second.status().index
        assert (status.device, status.faces, status.published) == ("cpu", 2, None)
        assert "in memory, no file" in to_text(status)
        assert distances(second, shared.ada) == pytest.approx(distances(first, shared.ada), abs=2e-6)
        second.index([shared.ada.parent])
        second.maintenance.rebuild_index()
        first.people.forget("Ada")
        assert len(distances(second, shared.ada)) == 1
        assert second.maintenance.check().ok
    assert not (shared.home / "b" / "index").exists()


def test_the_doctor_tells_of_the_extension_and_the_index(shared: Shared) -> None:
    with shared.open("b") as second:
        seen = {one.subject: one for one in examine(second.context.settings, second.networks).observations}
        assert seen["extension"].ok
        assert seen["extension"].sentence.startswith("pgvector 0.")
        assert seen["index"].ok
        assert seen["index"].sentence == (
            "flat on the server, valid, 2 faces, recall 1.000 of the nearest face, 1.000 of the 10 nearest"
        )
