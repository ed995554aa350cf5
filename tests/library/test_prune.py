"""What is known of files that are gone is kept until somebody drops it."""

from pathlib import Path

import pytest

from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


@pytest.fixture
def left(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Ann confirmed in a photo that is gone and in one that is there; Bob in one of which a copy is left."""
    paint(folder / "gone.png", RED, BLUE)
    paint(folder / "ann.png", RED, noise=1)
    paint(folder / "bob.png", GREEN)
    paint(folder / "copy.png", GREEN)
    library.index([folder])
    library.enrol("Ann", [folder / "gone.png"], face=1)
    library.enrol("Ann", [folder / "ann.png"])
    library.enrol("Bob", [folder / "bob.png"])
    (folder / "gone.png").rename(folder.parent / "gone.png")
    (folder / "bob.png").unlink()
    library.index([folder])
    return library


def test_photos_without_a_file_go_and_copies_stay(left: PaintedLibrary, folder: Path) -> None:
    found = left.missing()
    assert found.files == (folder / "bob.png", folder / "gone.png")
    assert (found.photos, found.faces, found.confirmed, found.dropped) == (1, 2, (("Ann", 1),), False)
    assert left.status().missing_files == 2
    dropped = left.prune()
    assert (dropped.photos, dropped.faces, dropped.dropped) == (1, 2, True)
    assert left.missing().files == ()
    status = left.status()
    assert (status.photos, status.files, status.missing_files, status.faces) == (2, 2, 0, 2)
    assert {person.name: person.confirmed for person in left.people()} == {"Ann": 1, "Bob": 1}
    assert left.check().ok
    assert len(left.search(folder / "ann.png").faces[0].found) == 2


def test_a_file_that_came_back_is_not_dropped(left: PaintedLibrary, folder: Path) -> None:
    (folder.parent / "gone.png").rename(folder / "gone.png")
    assert left.missing().files == (folder / "bob.png",)
    assert left.prune().photos == 0
    left.index([folder])
    assert {person.name: person.confirmed for person in left.people()} == {"Ann": 2, "Bob": 1}


def test_a_disk_that_is_away_loses_nothing(left: PaintedLibrary, folder: Path) -> None:
    left.prune()
    folder.rename(folder.parent / "away")
    assert left.index([folder]).suspended == (folder,)
    assert left.missing().files == ()
    assert left.prune().files == ()
