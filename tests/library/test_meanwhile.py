"""Questions are answered whatever another process writes between their parts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.library.busy import BusyCatalog
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library


@pytest.fixture
def disturbed(tmp_path: Path, folder: Path) -> Iterator[PaintedLibrary]:
    """Two photos of Ada, Ben and somebody; the second goes, and Ada is merged with Ben, while something is asked."""
    for number in range(2):
        paint(folder / f"{number}.png", RED, GREEN, BLUE, noise=number)
    with painted_library(tmp_path / "library") as other, painted_library(tmp_path / "library") as library:
        other.index(folder)
        other.confirm("Ada", [1, 4], new=True)
        other.confirm("Ben", [2, 5], new=True)
        other.reject("Ada", [6])

        def write() -> None:
            (folder / "1.png").unlink()
            other.index(folder)
            other.prune()
            other.merge("Ada", "Ben")

        library._catalog = busy = BusyCatalog(tmp_path / "library" / "catalog.sqlite3", write)
        yield library
        assert busy.meanwhile == []
        assert busy.counts().faces == 3


def test_a_search_leaves_out_faces_that_went(disturbed: PaintedLibrary, tmp_path: Path) -> None:
    assert disturbed.fresh_index.current().count == 6
    (found,) = disturbed.search(paint(tmp_path / "probe.png", RED), k=6).faces
    assert {one.face.id for one in found.found} == {1, 2, 3}


def test_the_report_of_duplicates_is_of_one_moment(disturbed: PaintedLibrary) -> None:
    report = disturbed.duplicates()
    assert (report.photos, report.faces, report.people) == (2, 6, 2)
    assert [cluster.person for cluster in report.clusters] == ["Ada", "Ben", None]


def test_the_report_of_people_is_of_one_moment(disturbed: PaintedLibrary) -> None:
    report = disturbed.people_report()
    assert [(one.person.name, len(one.confirmed)) for one in report.people] == [("Ada", 2), ("Ben", 2)]


def test_exported_names_are_of_one_moment(disturbed: PaintedLibrary, tmp_path: Path) -> None:
    disturbed.export_names(tmp_path / "names.json")
    names = json.loads((tmp_path / "names.json").read_bytes())
    assert [one["person"] for one in names["faces"]] == ["Ada", "Ada", "Ben", "Ben"]
    assert [one["person"] for one in names["rejected"]] == ["Ada"]


def test_sidecars_are_written_of_one_moment(disturbed: PaintedLibrary, tmp_path: Path) -> None:
    exported = disturbed.export_sidecars(tmp_path / "sidecars")
    assert (exported.people, exported.files) == (2, 1)
