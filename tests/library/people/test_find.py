"""Find the photos that show people, by name."""

from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from recog.errors import CatalogError, UnknownPersonError
from recog.library.people.photos_of import FoundPhotos
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


def dated(path: Path, date: str, *, offset: str | None = None) -> None:
    """Write the camera's date into a painted photo."""
    with Image.open(path) as image:
        exif = image.getexif()
        exif[0x0132] = date
        exif.get_ifd(0x8769)[0x9003] = date
        if offset is not None:
            exif.get_ifd(0x8769)[0x9011] = offset
        image.save(path, exif=exif)


@pytest.fixture
def known(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Put Ann (red) alone in two photos, with Bob (green) in two, and Bob alone in one; b.png is the newer one."""
    paint(folder / "ann.png", RED)
    paint(folder / "c.png", RED, noise=1)
    paint(folder / "bob.png", GREEN)
    dated(paint(folder / "a.png", RED, GREEN), "2019:05:01 10:00:00")
    dated(paint(folder / "b.png", GREEN, RED, BLUE), "2024:05:01 10:00:00")
    library.index([folder])
    library.people.enrol("Ann", [folder / "ann.png"])
    library.people.enrol("Bob", [folder / "bob.png"])
    library.people.enrol("Bob", [folder / "a.png"], face=2)
    return library


def names(found: FoundPhotos) -> list[str]:
    return [one.paths[0].name for one in found.photos]


def test_photos_of_all_or_of_any_newest_first_or_by_path(known: PaintedLibrary) -> None:
    both = known.people.find(["Ann", "bob"])
    assert names(both) == ["b.png", "a.png"]
    assert [person.name for person in both.people] == ["Ann", "Bob"]
    assert both.photos[0].photo.taken_at == datetime.fromisoformat("2024-05-01T10:00:00")
    assert names(known.people.find(["Ann", "Bob"], by_path=True)) == ["a.png", "b.png"]
    assert names(known.people.find(["Ann", "Bob"], any_of=True)) == ["b.png", "a.png", "ann.png", "bob.png", "c.png"]
    assert names(known.people.find("Ann", by_path=True)) == ["a.png", "ann.png", "b.png", "c.png"]


def test_dates_with_and_without_a_zone_are_ordered_by_the_clock_and_the_files_own_time_is_none(
    library: PaintedLibrary, folder: Path
) -> None:
    dated(paint(folder / "local.png", RED), "2019:05:01 10:00:00")
    dated(paint(folder / "zoned.png", RED, noise=1), "2019:05:01 11:00:00", offset="+09:00")
    paint(folder / "2020-01-01.png", RED, noise=2)
    paint(folder / "later.png", RED, noise=3)
    library.index([folder])
    library.people.enrol("Ann", [folder / "local.png"])
    library.people.match_all()
    found = library.people.find("Ann")
    assert names(found) == ["2020-01-01.png", "zoned.png", "local.png", "later.png"]
    sources = [one.photo.taken_from for one in found.photos]
    assert sources == ["file_name", "exif_original", "exif_original", "file_time"]


def test_confirmed_faces_alone_count_where_that_is_asked(known: PaintedLibrary) -> None:
    assert names(known.people.find("Ann", confirmed=True)) == ["ann.png"]
    assert names(known.people.find("Bob", confirmed=True)) == ["a.png", "bob.png"]
    assert names(known.people.find(["Ann", "Bob"], confirmed=True)) == []


def test_photos_whose_files_are_gone_are_counted_and_copies_are_shown_once(known: PaintedLibrary, folder: Path) -> None:
    (folder / "b.png").unlink()
    paint(folder / "copy.png", RED)
    known.index([folder])
    found = known.people.find("Ann")
    assert (names(found), found.missing) == (["a.png", "ann.png", "c.png"], 1)
    assert found.photos[1].paths == (folder / "ann.png", folder / "copy.png")


def test_who_is_unknown_is_said_with_names_that_are_close(known: PaintedLibrary) -> None:
    with pytest.raises(UnknownPersonError, match="did you mean 'Bob'"):
        known.people.find(["Ann", "Bobb"])
    with pytest.raises(CatalogError, match="nobody is named"):
        known.people.find([])
