"""Questions are answered correctly although another process writes between their parts."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from recog.store.connection.database import Database
from recog.store.photos.faces import Faces
from recog.store.photos.files import Files
from recog.types import Face
from tests.held_index import live_index
from tests.library.busy import BusyCatalog
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library


@pytest.fixture
def disturbed(tmp_path: Path, folder: Path) -> Iterator[PaintedLibrary]:
    """Index two photos of Ada, Ben and a stranger; during a question, the second goes and Ada becomes Ben."""
    for number in range(2):
        paint(folder / f"{number}.png", RED, GREEN, BLUE, noise=number)
    with painted_library(tmp_path / "library") as other:
        other.index(folder)
        other.people.confirm("Ada", [1, 4], new=True)
        other.people.confirm("Ben", [2, 5], new=True)
        other.people.reject("Ada", [6])

        def write() -> None:
            (folder / "1.png").unlink()
            other.index(folder)
            other.photos.prune()
            other.people.merge("Ada", "Ben")

        busy = BusyCatalog(tmp_path / "library" / "catalog.sqlite3", write)
        with PaintedLibrary(other.context.settings, catalog=busy) as library:
            yield library
            assert busy.meanwhile == []
            assert busy.upkeep.counts().faces == 3


def test_a_search_leaves_out_faces_that_went(disturbed: PaintedLibrary, tmp_path: Path) -> None:
    assert live_index(disturbed).current().count == 6
    (found,) = disturbed.search(paint(tmp_path / "probe.png", RED), k=6).faces
    assert {one.face.id for one in found.found} == {1, 2, 3}


def test_the_report_of_duplicates_is_of_one_snapshot(disturbed: PaintedLibrary) -> None:
    report = disturbed.reports.duplicates()
    assert (report.photos, report.faces, report.people) == (2, 6, 2)
    assert [cluster.person for cluster in report.clusters] == ["Ada", "Ben", None]


def test_the_report_of_people_is_of_one_snapshot(disturbed: PaintedLibrary) -> None:
    report = disturbed.reports.people()
    assert [(one.person.name, len(one.confirmed)) for one in report.people] == [("Ada", 2), ("Ben", 2)]


def test_exported_names_are_of_one_snapshot(disturbed: PaintedLibrary, tmp_path: Path) -> None:
    disturbed.names.export(tmp_path / "names.json")
    names = json.loads((tmp_path / "names.json").read_bytes())
    assert [one["person"] for one in names["faces"]] == ["Ada", "Ada", "Ben", "Ben"]
    assert [one["person"] for one in names["rejected"]] == ["Ada"]


def test_sidecars_are_written_of_one_snapshot(disturbed: PaintedLibrary, tmp_path: Path) -> None:
    exported = disturbed.names.export_sidecars(tmp_path / "sidecars")
    assert (exported.people, exported.files) == (2, 1)


class _LateCatalog(BusyCatalog):
    """A catalog to which others write after each read of faces or paths, not before."""

    def __init__(self, path: Path, *meanwhile: Callable[[], object]) -> None:
        super().__init__(path, *meanwhile)
        self.faces = _LateFaces(self.database, self.let_others_write)
        self.files = _LateFiles(self.database, self.let_others_write)


class _LateFaces(Faces):
    def __init__(self, database: Database, let_others_write: Callable[[], None]) -> None:
        super().__init__(database)
        self._let_others_write = let_others_write

    def by_ids(self, face_ids: Iterable[int]) -> dict[int, Face]:
        """As in Faces."""
        found = super().by_ids(face_ids)
        self._let_others_write()
        return found

    def of_photos(self, photo_ids: Iterable[int]) -> dict[int, list[Face]]:
        """As in Faces."""
        found = super().of_photos(photo_ids)
        self._let_others_write()
        return found


class _LateFiles(Files):
    def __init__(self, database: Database, let_others_write: Callable[[], None]) -> None:
        super().__init__(database)
        self._let_others_write = let_others_write

    def paths(self, photo_ids: Iterable[int], *, elsewhere: bool = False) -> dict[int, list[Path]]:
        """Do the same as Files.paths."""
        found = super().paths(photo_ids, elsewhere=elsewhere)
        self._let_others_write()
        return found


@pytest.mark.parametrize("face_id", [1, 3])
@pytest.mark.parametrize("deed", ["merge", "merge into somebody new", "forget"])
def test_why_a_face_has_its_name_is_told_whatever_becomes_of_it(
    tmp_path: Path, folder: Path, deed: str, face_id: int
) -> None:
    """Face 1 is Ada by confirmation and face 3 by distance; either may be gone by then."""
    for number in range(2):
        paint(folder / f"{number}.png", RED, GREEN, noise=number)
    with painted_library(tmp_path / "library") as other:
        other.index(folder)
        other.people.confirm("Ada", [1], new=True)
        other.people.confirm("Ben", [2], new=True)
        deeds = {
            "merge": lambda: other.people.merge("Ada", "Ben"),
            "merge into somebody new": lambda: (
                other.people.confirm("Cem", [4], new=True),
                other.people.merge("Ada", "Cem"),
            ),
            "forget": lambda: other.people.forget("Ada"),
        }
        busy = _LateCatalog(tmp_path / "library" / "catalog.sqlite3", deeds[deed])
        with PaintedLibrary(other.context.settings, catalog=busy) as library:
            told = library.faces.why(face_id)
            assert told.person is not None
            assert (told.face.id, told.person.name, len(told.paths)) == (face_id, "Ada", 1)
            assert (told.nearest is None) == (told.nearest_person is None)
            assert busy.meanwhile == []
            if deed != "forget":
                assert library.faces.why(face_id).person != told.person


def test_what_would_go_with_files_that_are_gone_is_of_one_snapshot(tmp_path: Path, folder: Path) -> None:
    for number in range(2):
        paint(folder / f"{number}.png", RED, GREEN, noise=number)
    with painted_library(tmp_path / "library") as other:
        other.index(folder)
        other.people.confirm("Ada", [1, 3], new=True)
        other.people.confirm("Ben", [2], new=True)
        (folder / "1.png").unlink()
        other.index(folder)
        database = tmp_path / "library" / "catalog.sqlite3"
        busy = _LateCatalog(database, lambda: None, lambda: other.people.merge("Ada", "Ben"))
        with PaintedLibrary(other.context.settings, catalog=busy) as library:
            found = library.photos.missing()
            assert (found.photos, found.faces, found.confirmed) == (1, 2, (("Ada", 1),))
            assert busy.meanwhile == []
            assert library.photos.missing().confirmed == (("Ben", 1),)
