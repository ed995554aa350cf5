"""Identity over time with the real networks, on portraits that a script dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from recog import PhotoLibrary, read_settings
from recog.ageing import GROWTH, margin

pytestmark = pytest.mark.networks

TAKEN = 36867
"""EXIF's DateTimeOriginal."""


def dated(portrait: Path, where: Path, day: date) -> Path:
    """Write a portrait as a camera would have on that day, and return where."""
    with Image.open(portrait) as image:
        exif = Image.Exif()
        exif.get_ifd(0x8769)[TAKEN] = f"{day:%Y:%m:%d} 12:00:00"
        image.save(where, quality=95, exif=exif)
    return where


@dataclass
class Album:
    """One person's photos of 2010 and of 2020, of which some are confirmed."""

    library: PhotoLibrary
    photos: Path
    old: Path
    new: Path
    probe: Path


@pytest.fixture(scope="module")
def album(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Album]:
    portraits = min((data / "identities").glob("pins105_*"))
    first, second, third = sorted(portraits.glob("*.jpg"))[:3]
    folder = tmp_path_factory.mktemp("over_time")
    photos = folder / "photos"
    photos.mkdir()
    old, new = dated(first, photos / "old.jpg", date(2010, 7, 1)), dated(second, photos / "new.jpg", date(2020, 7, 1))
    dated(third, photos / "stored.jpg", date(2020, 7, 1))
    with PhotoLibrary.open(read_settings(library=folder / "library")) as library:
        report = library.index([photos])
        assert (report.added, report.faces) == (3, 3)
        library.people.enrol("Ada", [old])
        library.people.enrol("Ada", [new])
        yield Album(library, photos, old, new, dated(first, folder / "probe.jpg", date(2020, 7, 1)))


def test_a_face_of_2020_that_looks_as_in_2010_counts_as_ten_years_farther(album: Album, tmp_path: Path) -> None:
    then = dated(album.old, tmp_path / "then.jpg", date(2010, 7, 2))
    (now,), (before,) = album.library.identify(album.probe).faces, album.library.identify(then).faces
    assert now.nearest is not None
    assert before.nearest is not None
    assert before.nearest.penalty == 0
    assert now.nearest.squared_distance == pytest.approx(before.nearest.squared_distance + 10 * GROWTH, abs=0.02)
    assert now.nearest.penalty == pytest.approx(10 * GROWTH, abs=2e-3)


def test_a_birth_date_makes_the_rule_of_a_child_stricter_and_an_earlier_photo_nobody_s(
    album: Album, tmp_path: Path
) -> None:
    people = album.library.people
    try:
        people.set_born("Ada", date(2008, 7, 1))
        (face,) = album.library.identify(dated(album.old, tmp_path / "then.jpg", date(2010, 7, 2))).faces
        assert face.nearest is not None
        assert face.nearest.penalty == pytest.approx(margin(2), abs=2e-3)
        (face,) = album.library.identify(dated(album.old, tmp_path / "before.jpg", date(2007, 7, 1))).faces
        assert face.person is None
        assert face.nearest is None
    finally:
        people.set_born("Ada", None)


def test_the_setting_turns_dates_off(album: Album, tmp_path: Path) -> None:
    settings = read_settings(library=album.library.context.settings.library, over_time=False)
    with PhotoLibrary.open(settings) as library:
        (face,) = library.identify(album.probe).faces
    assert face.nearest is not None
    assert face.nearest.penalty == 0
    assert face.person is not None


def test_without_a_step_of_dense_years_groups_are_those_of_the_rule_alone(album: Album) -> None:
    faces = {one.face_ids for one in album.library.groups.cluster(full=True).clusters}
    settings = read_settings(library=album.library.context.settings.library, over_time=False)
    with PhotoLibrary.open(settings) as library:
        assert {one.face_ids for one in library.groups.cluster(full=True).clusters} == faces
