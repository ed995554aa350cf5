"""What is known of missing files is kept until it is pruned."""

from pathlib import Path

import pytest

from recog.errors import CatalogError, WayOut
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


@pytest.fixture
def left(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Confirm Ann in a missing and in a present photo, and Bob in a photo of which a copy is left."""
    paint(folder / "gone.png", RED, BLUE)
    paint(folder / "ann.png", RED, noise=1)
    paint(folder / "bob.png", GREEN)
    paint(folder / "copy.png", GREEN)
    library.index([folder])
    library.people.enrol("Ann", [folder / "gone.png"], face=1)
    library.people.enrol("Ann", [folder / "ann.png"])
    library.people.enrol("Bob", [folder / "bob.png"])
    (folder / "gone.png").rename(folder.parent / "gone.png")
    (folder / "bob.png").unlink()
    library.index([folder])
    return library


def test_photos_without_a_file_go_and_copies_stay(left: PaintedLibrary, folder: Path) -> None:
    found = left.photos.missing()
    assert found.files == (folder / "bob.png", folder / "gone.png")
    assert (found.photos, found.faces, found.confirmed, found.dropped) == (1, 2, (("Ann", 1),), False)
    assert left.status().missing_files == 2
    dropped = left.photos.prune()
    assert (dropped.photos, dropped.faces, dropped.dropped) == (1, 2, True)
    assert left.photos.missing().files == ()
    status = left.status()
    assert (status.photos, status.files, status.missing_files, status.faces) == (2, 2, 0, 2)
    assert {person.name: person.confirmed for person in left.people.all()} == {"Ann": 1, "Bob": 1}
    assert left.maintenance.check().ok
    assert len(left.search(folder / "ann.png").faces[0].found) == 2


def test_a_file_that_came_back_is_not_dropped(left: PaintedLibrary, folder: Path) -> None:
    (folder.parent / "gone.png").rename(folder / "gone.png")
    assert left.photos.missing().files == (folder / "bob.png",)
    assert left.photos.prune().photos == 0
    left.index([folder])
    assert {person.name: person.confirmed for person in left.people.all()} == {"Ann": 2, "Bob": 1}


def test_a_disk_that_is_away_loses_nothing(left: PaintedLibrary, folder: Path) -> None:
    left.photos.prune()
    folder.rename(folder.parent / "away")
    assert left.index([folder]).suspended == (folder,)
    assert left.photos.missing().files == ()
    assert left.photos.prune().files == ()


def test_a_folder_that_is_gone_for_good_goes_when_it_is_named(left: PaintedLibrary, folder: Path) -> None:
    old = folder.parent / "old"
    paint(old / "in" / "eve.png", BLUE, noise=5)
    paint(old / "ann.png", RED, noise=1)  # the content of photos/ann.png
    paint(old / "bad.png", RED).write_bytes(b"no photo")
    left.index([old, old / "in"])
    left.people.enrol("Eve", [old / "in" / "eve.png"])
    left.photos.prune()
    old.rename(folder.parent / "away")
    assert left.index([old]).suspended == (old,)
    assert left.photos.missing().files == ()
    before = left.status()
    found = left.photos.missing(old)
    assert found.files == (old / "ann.png", old / "in" / "eve.png")
    assert (found.photos, found.confirmed, found.roots) == (1, (("Eve", 1),), (old, old / "in"))
    assert left.status() == before
    dropped = left.photos.prune(str(old))
    assert (dropped.files, dropped.roots, dropped.dropped) == (found.files, found.roots, True)
    status = left.status()
    assert (status.roots, status.photos, status.failed_files) == ((folder,), before.photos - 1, 0)
    assert before.failed_files == 1
    assert left.maintenance.check().ok
    with pytest.raises(CatalogError, match=r"knows no file in .*old$") as caught:
        left.photos.prune(old)
    assert caught.value.way_out is WayOut.LIST_ROOTS


def test_what_is_there_of_a_named_folder_stays(left: PaintedLibrary, folder: Path) -> None:
    left.photos.prune()
    before = left.status()
    found = left.photos.prune(folder)
    assert (found.files, found.roots) == ((), ())
    assert left.status() == before
    (folder / "ann.png").unlink()
    assert (left.photos.prune(folder).photos, left.status().roots) == (1, (folder,))


def test_files_that_come_back_while_somebody_is_asked_stay(left: PaintedLibrary, folder: Path) -> None:
    left.photos.prune()
    folder.rename(folder.parent / "away")
    assert len(left.photos.missing(folder).files) == 2
    (folder.parent / "away").rename(folder)
    assert (left.photos.prune(folder).files, left.status().roots) == ((), (folder,))
