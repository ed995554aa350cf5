"""The main job with the catalog in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.config import read_settings
from recog.errors import NoLibraryError, NoPhotosFoundError, WayOut
from tests.painted import GREEN, RED, PaintedLibrary, paint
from tests.postgres import Databases

pytestmark = pytest.mark.postgres


@pytest.fixture
def library(databases: Databases, tmp_path: Path) -> Iterator[PaintedLibrary]:
    url = databases.new()
    with PaintedLibrary(read_settings(library=tmp_path / "library", database=url)) as library:
        yield library
    databases.drop(url)


def test_index_enrol_identify_search_merge_forget(library: PaintedLibrary, folder: Path) -> None:
    for number in range(4):
        paint(folder / f"{number}.png", (RED, GREEN)[number % 2], noise=number)
    assert library.index([folder]).faces == 4
    assert library.index([folder]).unchanged == 4
    library.people.enrol("Ada", [folder / "0.png"])
    library.people.enrol("Ada twice", [folder / "2.png"])
    assert library.people.match_all().unknown == 2
    assert library.people.merge("Ada twice", "Ada").confirmed == 2
    assert len(library.search(folder / "1.png", k=9).faces[0].found) == 4
    assert [one.size for one in library.groups.cluster().clusters] == [2, 2]
    assert library.maintenance.check().findings == ()
    assert library.people.forget("Ada").faces == 2
    assert len(library.search(folder / "1.png", k=9).faces[0].found) == 2
    assert library.index([folder]).faces == 0
    status = library.status()
    assert (status.photos, status.faces, status.people) == (4, 2, 0)
    assert "postgresql" in status.database


def test_looking_at_an_empty_database_makes_no_library_there(library: PaintedLibrary, folder: Path) -> None:
    ann = paint(folder / "ann.png", RED)
    for look in (
        library.status,
        library.people.all,
        library.maintenance.check,
        lambda: library.identify(ann),
        library.people.match_all,
    ):
        with pytest.raises(NoLibraryError, match="there is no library in ") as caught:
            look()
        assert caught.value.way_out is WayOut.MAKE_LIBRARY
    assert library.index([folder], dry_run=True).added == 1
    with pytest.raises(NoPhotosFoundError):
        library.index([folder / "absent"])
    with pytest.raises(NoLibraryError):
        library.status()
    assert library.index([folder]).added == 1
    assert library.status().photos == 1
