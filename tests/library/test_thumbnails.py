"""Thumbnails of photos: private, bounded, and gone with their photo."""

import os
import stat
from pathlib import Path

import pytest

from recog.errors import RecogError, UnknownNumberError
from recog.library.browsing.photos import PhotoDetail
from recog.library.thumbnails import SEEN_SECONDS, PhotoThumbnails
from tests.faults.privilege import bound_by_permissions
from tests.painted import BLUE, RED, PaintedLibrary, paint

NOW = 1_000_000_000.0
"""In 2001."""


@pytest.fixture
def thumbnails(tmp_path: Path) -> PhotoThumbnails:
    return PhotoThumbnails(tmp_path, space=1000)


def digest(number: int) -> str:
    return f"{number:064x}"


def kept(library: PaintedLibrary) -> list[str]:
    """The digests of the photos whose thumbnails are on the disk."""
    return sorted(path.stem for path in library.context.thumbnails.folder.rglob("*.webp"))


def content(detail: PhotoDetail) -> bytes:
    return b"of " + detail.photo.sha256.encode()


@pytest.fixture
def seen(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Photo 1 shows Ada, photo 2 nobody she is; each has a thumbnail."""
    paint(folder / "ada.png", RED)
    paint(folder / "sea.png", BLUE)
    library.index([folder])
    library.people.confirm("Ada", [1], new=True)
    for photo_id in (1, 2):
        library.photos.keep_thumbnail(photo_id, content)
    assert len(kept(library)) == 2
    return library


def test_a_thumbnail_is_kept_for_its_owner_alone(thumbnails: PhotoThumbnails) -> None:
    before = os.umask(0)
    try:
        thumbnails.keep(digest(1), b"one")
    finally:
        os.umask(before)
    assert thumbnails.read(digest(1), now=NOW) == b"one"
    assert thumbnails.read(digest(2), now=NOW) is None
    for path in (thumbnails.folder, *thumbnails.folder.rglob("*")):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_those_not_seen_for_longest_make_room(thumbnails: PhotoThumbnails) -> None:
    for number in range(9):
        thumbnails.keep(digest(number), bytes(100))
        path = next(thumbnails.folder.rglob(f"{digest(number)}.webp"))
        os.utime(path, (NOW + number, NOW + number))
    thumbnails.read(digest(0), now=NOW + SEEN_SECONDS + 1)
    thumbnails.keep(digest(10), bytes(150))
    left = {number for number in (*range(9), 10) if thumbnails.read(digest(number), now=NOW) is not None}
    assert left == {0, 3, 4, 5, 6, 7, 8, 10}


def test_what_was_there_before_counts(thumbnails: PhotoThumbnails, tmp_path: Path) -> None:
    thumbnails.keep(digest(1), bytes(900))
    os.utime(next(thumbnails.folder.rglob("*.webp")), (NOW, NOW))
    later = PhotoThumbnails(tmp_path, space=1000)
    later.keep(digest(2), bytes(200))
    assert later.read(digest(1), now=NOW) is None
    assert later.read(digest(2), now=NOW) == bytes(200)


def test_a_library_that_vanished_is_not_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    PhotoThumbnails(tmp_path / "gone", space=1000).keep(digest(1), b"one")
    assert not (tmp_path / "gone").exists()
    assert "the thumbnail of a photo is not kept" in caplog.text


def test_a_thumbnail_that_cannot_be_deleted_is_told(thumbnails: PhotoThumbnails) -> None:
    (thumbnails.folder / "00" / f"{digest(1)}.webp").mkdir(parents=True)
    with pytest.raises(RecogError, match="delete the folder"):
        thumbnails.drop([digest(1)])
    with pytest.raises(RecogError, match="delete the folder"):
        thumbnails.drop_others(())


def test_where_no_thumbnail_can_be_none_is_deleted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    thumbnails = PhotoThumbnails(tmp_path / ("long" * 100), space=1000)
    thumbnails.keep(digest(1), b"one")
    assert "File name too long" in caplog.text
    thumbnails.drop([digest(1)])
    thumbnails.drop_others(())


def test_a_folder_that_may_not_be_listed_is_told(thumbnails: PhotoThumbnails, caplog: pytest.LogCaptureFixture) -> None:
    thumbnails.keep(digest(1), b"one")
    (thumbnails.folder / "00").chmod(0o300)
    with bound_by_permissions():
        with pytest.raises(RecogError, match=r"/00: Permission denied\): delete the folder"):
            thumbnails.drop_others(())
        with pytest.raises(RecogError, match="Permission denied"):
            thumbnails.drop([digest(1)])
        PhotoThumbnails(thumbnails.folder.parent, space=1000).keep("ff" * 32, b"two")
    assert "is not kept: [Errno 13]" in caplog.text


def test_the_thumbnail_of_a_pruned_photo_is_deleted(seen: PaintedLibrary, folder: Path) -> None:
    (folder / "sea.png").unlink()
    seen.index([folder])
    assert len(kept(seen)) == 2, "the file may come back"
    seen.photos.prune()
    assert kept(seen) == [seen.photos.photo(1).photo.sha256]


def test_the_thumbnail_of_an_edited_photo_is_deleted(seen: PaintedLibrary, folder: Path) -> None:
    earlier = seen.photos.photo(2).photo.sha256
    paint(folder / "sea.png", BLUE, RED)
    seen.index([folder])
    assert earlier not in kept(seen)
    assert len(kept(seen)) == 1


def test_thumbnails_that_show_who_is_forgotten_are_deleted(seen: PaintedLibrary) -> None:
    seen.people.forget("Ada")
    assert kept(seen) == [seen.photos.photo(2).photo.sha256]


def test_what_a_killed_process_left_is_deleted_when_the_library_is_served(seen: PaintedLibrary) -> None:
    """A photo that was removed while its thumbnail stayed, and half a thumbnail."""
    folder = seen.context.thumbnails.folder
    seen.context.thumbnails.keep(digest(1), b"nobody's")
    (folder / "00" / ".recog-000000000000.1.00000000.tmp").write_bytes(b"half")
    seen.photos.tidy_thumbnails()
    assert {path.stem for path in folder.rglob("*") if path.is_file()} == {
        seen.photos.photo(number).photo.sha256 for number in (1, 2)
    }


def test_the_thumbnail_of_a_photo_that_is_pruned_meanwhile_does_not_stay(seen: PaintedLibrary, folder: Path) -> None:
    def made(detail: PhotoDetail) -> bytes:
        (folder / "sea.png").unlink()
        seen.index([folder])
        seen.photos.prune()
        return content(detail)

    with pytest.raises(UnknownNumberError, match="no photo has the number 2"):
        seen.photos.keep_thumbnail(2, made)
    assert kept(seen) == [seen.photos.photo(1).photo.sha256]
