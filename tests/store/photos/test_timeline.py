"""Photos by date: order, months, folders and faces, against the same in plain Python."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recog.store.records import PhotoFilter, ScannedPhoto, WithFaces

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from tests.store.conftest import Scans

DATES = {
    "a/1": "2019-07-14T18:05:00+02:00",
    "a/2": "2019-07-14T18:05:00",
    "a/deep/3": "2021-01-01T00:00:00",
    "ab/4": None,
    "b/5": "2019-08-01T00:00:00",
    "b/6": None,
    "b/7": "1999-12-31T23:59:59.5",
}
WITH_FACES = {"a/1", "ab/4", "b/7"}
IN_ORDER = ["a/deep/3", "b/5", "a/1", "a/2", "b/7", "b/6", "ab/4"]
"""The clock of 1 is that of 2, and longer as text; of two without a date, the later number is first."""
FILTERS = {
    PhotoFilter(): IN_ORDER,
    PhotoFilter(Path("/photos/a")): ["a/deep/3", "a/1", "a/2"],
    PhotoFilter(Path("/photos/b"), WithFaces.WITH): ["b/7"],
    PhotoFilter(faces=WithFaces.WITH): ["a/1", "b/7", "ab/4"],
    PhotoFilter(faces=WithFaces.WITHOUT): ["a/deep/3", "b/5", "a/2", "b/6"],
    PhotoFilter(Path("/elsewhere")): [],
}


@pytest.fixture
def numbers(catalog: Catalog, scans: Scans) -> dict[str, int]:
    """The number of each photo, by name."""

    def scanned(name: str, date: str | None) -> ScannedPhoto:
        photo = scans.photo(name, name, *([scans.face(10)] if name in WITH_FACES else []), size=(400, 300))
        return replace(photo, taken_at=None if date is None else datetime.fromisoformat(date))

    saved = scans.save(catalog, *(scanned(name, date) for name, date in DATES.items()))
    return dict(zip(DATES, (one.photo_id for one in saved), strict=True))


@pytest.mark.parametrize("wanted", FILTERS)
def test_photos_come_by_date_in_pages(catalog: Catalog, numbers: dict[str, int], wanted: PhotoFilter) -> None:
    expected = [numbers[name] for name in FILTERS[wanted]]
    pages = [catalog.timeline.page(wanted, start=start, limit=2) for start in range(0, 8, 2)]
    assert [photo.id for page in pages for photo, _ in page] == expected
    assert [faces for page in pages for _, faces in page] == [int(name in WITH_FACES) for name in FILTERS[wanted]]
    dates = [DATES[name] for name in FILTERS[wanted]]
    assert catalog.timeline.shapes(wanted) == [
        (number, 400, 300, None if date is None else date[:10]) for number, date in zip(expected, dates, strict=True)
    ]
    months = [None if date is None else date[:7] for date in dates]
    assert catalog.timeline.months(wanted) == [(month, months.count(month)) for month in dict.fromkeys(months)]


@pytest.mark.parametrize("wanted", FILTERS)
def test_each_photo_has_its_neighbours(catalog: Catalog, numbers: dict[str, int], wanted: PhotoFilter) -> None:
    """Also a photo that is none of those that are wanted."""
    for name, number in numbers.items():
        here = IN_ORDER.index(name)
        before = [numbers[one] for one in IN_ORDER[:here] if one in FILTERS[wanted]]
        after = [numbers[one] for one in IN_ORDER[here + 1 :] if one in FILTERS[wanted]]
        for each in (1, 3):
            found = catalog.timeline.around(catalog.photos.by_id(number), wanted, each=each)
            assert found == (before[::-1][:each], after[:each]), name


def test_a_photo_whose_files_are_all_gone_is_not_shown(catalog: Catalog, scans: Scans, numbers: dict[str, int]) -> None:
    catalog.files.link(scans.stat("b/copy of 1"), numbers["a/1"])
    catalog.files.mark_missing([scans.path("a/1"), scans.path("a/2")])
    shown = [photo.id for photo, _ in catalog.timeline.page(PhotoFilter(), start=0, limit=9)]
    assert shown == [numbers[name] for name in IN_ORDER if name != "a/2"]
    assert [photo.id for photo, _ in catalog.timeline.page(PhotoFilter(Path("/photos/a")), start=0, limit=9)] == [
        numbers["a/deep/3"]
    ]
    assert catalog.timeline.folders() == {
        Path("/photos/a/deep"): 1,
        Path("/photos/ab"): 1,
        Path("/photos/b"): 4,
    }


def test_a_date_with_an_offset_counts_by_the_camera_s_clock(catalog: Catalog, scans: Scans) -> None:
    """23:30 in UTC is later than 23:00 far in the west, whatever happened first."""
    late = replace(scans.photo("late", "L"), taken_at=datetime(2020, 5, 31, 23, 30, tzinfo=UTC))
    west = replace(scans.photo("west", "W"), taken_at=datetime.fromisoformat("2020-05-31T23:00:00-08:00"))
    saved = scans.save(catalog, west, late)
    assert [shape[0] for shape in catalog.timeline.shapes(PhotoFilter())] == [saved[1].photo_id, saved[0].photo_id]
