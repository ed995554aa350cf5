"""Faces are located once, and crops are cut from the photos as the product cuts them."""

from pathlib import Path

import numpy as np
import pytest

from recog.crop import crop_faces
from recog.datasets.faces import Found, Undetected, labelled_crops
from recog.datasets.people import LabelledPhotos
from recog.errors import TrainingError
from recog.photos import read_photo
from recog.train.located import LocatedFaces, located_faces
from recog.types import FaceBox, Pixels
from tests.painted import BLUE, GREEN, RED, CellDetector, paint


class CountingDetector(CellDetector):
    """A detector that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        self.calls += 1
        return super().detect(pixels)


def photos(folder: Path) -> LabelledPhotos:
    paths = [
        paint(folder / "a1.png", RED),
        paint(folder / "a2.png", None, noise=3),
        paint(folder / "b1.png", GREEN),
        folder / "b2.png",
        paint(folder / "c1.png", BLUE),
    ]
    paths[3].write_bytes(b"no photo")
    return LabelledPhotos(tuple(paths), np.array([0, 0, 1, 1, 2], dtype=np.int64), ("a", "b", "c"))


def located(folder: Path, detector: CellDetector) -> LocatedFaces:
    return located_faces(photos(folder), detector, undetected=Undetected.LEAVE_OUT, cache=folder / "cache")


def test_faces_are_found_once_and_then_read(tmp_path: Path) -> None:
    first, second = CountingDetector(), CountingDetector()
    faces, again = located(tmp_path, first), located(tmp_path, second)
    assert (first.calls, second.calls) == (4, 0)
    assert faces.rows.tolist() == again.rows.tolist() == [0, 2, 4]
    assert faces.boxes == again.boxes
    assert faces.labels.tolist() == [0, 1, 2]
    assert [tuple(Found)[kind] for kind in again.found] == [
        Found.DETECTED,
        Found.LEFT_OUT,
        Found.DETECTED,
        Found.UNREADABLE,
        Found.DETECTED,
    ]


def test_a_damaged_file_of_boxes_is_made_again(tmp_path: Path) -> None:
    located(tmp_path, CellDetector())
    (file,) = (tmp_path / "cache").glob("boxes-*.safetensors")
    file.write_bytes(file.read_bytes()[:40])
    detector = CountingDetector()
    assert located(tmp_path, detector).rows.tolist() == [0, 2, 4]
    assert detector.calls == 4


def test_a_crop_is_the_one_that_features_are_made_of(tmp_path: Path) -> None:
    faces = located(tmp_path, CellDetector())
    made = labelled_crops(faces.photos.paths, CellDetector(), crop_scale=1.2, size=160, undetected=Undetected.LEAVE_OUT)
    expected = [each.crop for each in made if each.crop is not None]
    for face, crop in enumerate(expected):
        assert np.array_equal(faces.crop(face, scale=1.2), crop)


def test_a_moved_box_is_cut_where_it_was_moved_to(tmp_path: Path) -> None:
    faces = located(tmp_path, CellDetector())
    box = faces.boxes[1]
    moved = FaceBox(box.left + 9, box.top, box.right + 9, box.bottom, box.score, box.landmarks)
    expected = crop_faces(read_photo(faces.photos.paths[2]).pixels, [moved], scale=1.0, size=32)[0]
    assert np.array_equal(faces.crop(1, scale=1.0, size=32, moved=lambda _: moved), expected)
    assert not np.array_equal(faces.crop(1, scale=1.0, size=32), expected)


def test_people_are_chosen_with_their_boxes(tmp_path: Path) -> None:
    some = located(tmp_path, CellDetector()).of_people(np.array([1, 2], dtype=np.int64))
    assert some.rows.tolist() == [2, 4]
    assert some.labels.tolist() == [1, 2]
    assert len(some.boxes) == 2
    assert some.without(frozenset({some.photos.paths[2]})).rows.tolist() == [4]


def test_a_photo_that_went_away_is_named(tmp_path: Path) -> None:
    faces = located(tmp_path, CellDetector())
    faces.photos.paths[2].unlink()
    with pytest.raises(TrainingError, match=r"b1\.png was readable when its face was found"):
        faces.crop(1, scale=1.0)


def test_photos_without_any_face_are_refused(tmp_path: Path) -> None:
    empty = LabelledPhotos((paint(tmp_path / "a.png", None),), np.zeros(1, dtype=np.int64), ("a",))
    with pytest.raises(TrainingError, match="no face was found in any of 1 photos"):
        located_faces(empty, CellDetector(), undetected=Undetected.LEAVE_OUT, cache=tmp_path)
