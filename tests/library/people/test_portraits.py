"""The day of birth and the ignored faces, as the library answers."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from recog.errors import CatalogError
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


@pytest.mark.parametrize("day", [date(1799, 12, 31), datetime.now(UTC).date() + timedelta(days=3)])
def test_a_day_on_which_nobody_was_born_is_refused(library: PaintedLibrary, folder: Path, day: date) -> None:
    library.people.enrol("Ada", paint(folder / "a.png", RED))
    with pytest.raises(CatalogError, match=f"nobody on a photo was born on {day}: give a day from 1800-01-01 to today"):
        library.people.set_born("Ada", day)
    assert library.people.set_born("Ada", date(1815, 12, 10)).born == date(1815, 12, 10)


def test_ignored_faces_come_by_pages_those_found_last_first(library: PaintedLibrary, folder: Path) -> None:
    library.index([paint(folder / "a.png", RED, GREEN, BLUE)])
    library.people.ignore([1, 2, 3])
    page = library.faces.ignored(start=1, limit=1)
    assert (page.all, page.start, [face.id for face in page.faces]) == (3, 1, [2])
    assert [face.id for face in library.faces.ignored().faces] == [3, 2, 1]
    assert library.faces.ignored(start=9).faces == ()
    assert library.faces.with_thumbnails([1, 3, 99]) == {1, 3}
