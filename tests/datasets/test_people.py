"""The labelled photos of a folder, and their digests."""

from pathlib import Path

import pytest

from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.errors import TrainingError
from tests.white_faces import white_people, white_photo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return white_people(tmp_path / "people")


def test_people_are_folders_with_photos_in_the_order_of_their_names(folder: Path) -> None:
    photos = labelled_photos(folder)
    assert photos.people == ("ann", "bob")
    assert [path.name for path in photos.paths] == ["1.png", "2.png", "3.png", "1.png", "2.png"]
    assert photos.labels.tolist() == [0, 0, 0, 1, 1]
    only = photos.of_people([1])
    assert ([path.name for path in only.paths], only.labels.tolist()) == (["1.png", "2.png"], [1, 1])


@pytest.mark.parametrize("pattern", ["ann", "nobody*"])
def test_fewer_than_two_people_are_refused(folder: Path, pattern: str) -> None:
    with pytest.raises(TrainingError, match="at least two people"):
        labelled_photos(folder, pattern=pattern)


def test_an_absent_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is no folder"):
        labelled_photos(tmp_path / "absent")


def test_a_digest_is_of_bytes_and_labels_and_of_no_name(folder: Path, tmp_path: Path) -> None:
    photos = labelled_photos(folder)
    folder.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "ann").rename(tmp_path / "elsewhere" / "ada")
    moved = labelled_photos(tmp_path / "elsewhere")
    digest = moved.digest()
    folder.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "ada").rename(tmp_path / "elsewhere" / "ann")
    assert photos.digest() == digest
    relabelled = LabelledPhotos(photos.paths, photos.labels[::-1].copy(), photos.people)
    assert relabelled.digest() != digest
    assert relabelled.content_digest() == photos.content_digest()
    white_photo(photos.paths[0], (4, 20, 31, 50))
    assert photos.digest() != digest
