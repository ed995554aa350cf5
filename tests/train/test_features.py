"""Folders of people to features: which face, which photo, and that the cache can be neither stale nor wrong."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from recog.datasets.faces import Found, Undetected, find_labelled, labelled_crops
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.errors import TrainingError
from recog.train.features import FaceFeatures, face_features
from recog.types import Crops, FaceBox, Pixels

SIDE = 80


@dataclass
class WhiteFaces:
    """Finds the bounding box of white pixels, left and right half of the photo apart."""

    sha256: str = "d" * 64
    seen: list[tuple[int, int]] = field(default_factory=list)

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        self.seen.append((pixels.shape[1], pixels.shape[0]))
        middle = pixels.shape[1] // 2
        boxes = []
        for shift, half in ((0, pixels[:, :middle]), (middle, pixels[:, middle:])):
            rows, columns = np.nonzero(half.min(axis=2) > 200)
            if len(rows):
                left, right = int(columns.min()) + shift, int(columns.max()) + shift + 1
                boxes.append(FaceBox(left, int(rows.min()), right, int(rows.max()) + 1, 0.9, ((left, rows.min()),) * 5))
        return boxes


class MeanNetwork:
    """Features are the mean colour of the crop's left and right halves."""

    def __init__(self) -> None:
        self.sha256 = "e" * 64
        self.calls = 0

    def features(self, crops: Crops) -> NDArray[np.float32]:
        self.calls += 1
        halves = [crops[:, :, :80], crops[:, :, 80:]]
        return np.concatenate([half.mean(axis=(1, 2)) for half in halves], axis=1).astype(np.float32)


def photo(path: Path, *faces: tuple[int, int, int, int], width: int = SIDE) -> Path:
    pixels = np.zeros((SIDE, width, 3), dtype=np.uint8)
    for left, top, right, bottom in faces:
        pixels[top:bottom, left:right] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "people"
    photo(root / "ann" / "1.png", (4, 20, 30, 50))
    photo(root / "ann" / "2.png", (8, 20, 30, 50), (50, 30, 56, 36))
    photo(root / "ann" / "3.png")
    photo(root / "bob" / "1.png", (44, 20, 76, 60))
    (root / "bob" / "2.png").write_bytes(b"no photo")
    (root / "bob" / "notes.txt").write_text("no photo either")
    (root / "empty").mkdir()
    (root / ".hidden").mkdir()
    return root


def made(folder: Path, cache: Path, network: MeanNetwork, detector: WhiteFaces | None = None) -> FaceFeatures:
    return face_features(
        labelled_photos(folder),
        WhiteFaces() if detector is None else detector,
        network,
        crop_scale=1.0,
        undetected=Undetected.LEAVE_OUT,
        cache=cache,
    )


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
    photo(photos.paths[0], (4, 20, 31, 50))
    assert photos.digest() != digest


def test_every_photo_is_counted_and_only_found_faces_are_learnt_from(folder: Path, tmp_path: Path) -> None:
    found = made(folder, tmp_path / "cache", MeanNetwork())
    assert found.counts() == {str(Found.DETECTED): 3, str(Found.LEFT_OUT): 1, str(Found.UNREADABLE): 1}
    assert found.photos.tolist() == [0, 1, 3]
    assert found.labels.tolist() == [0, 0, 1]
    assert np.all(found.features > 250)


def test_mirrored_features_are_those_of_the_mirror_image(folder: Path, tmp_path: Path) -> None:
    found = face_features(
        labelled_photos(folder), WhiteFaces(), MeanNetwork(), crop_scale=2.0, undetected=Undetected.LEAVE_OUT,
        cache=tmp_path,
    )  # fmt: skip
    swapped = np.concatenate([found.features[:, 3:], found.features[:, :3]], axis=1)
    assert np.allclose(found.mirrored, swapped)
    assert not np.allclose(found.mirrored, found.features)


def test_features_are_computed_once_and_again_for_other_photos_networks_or_damage(folder: Path, tmp_path: Path) -> None:
    cache, network = tmp_path / "cache", MeanNetwork()
    first = made(folder, cache, network)
    calls = network.calls
    again = made(folder, cache, network)
    assert network.calls == calls
    for name in FaceFeatures.__slots__:
        assert np.array_equal(getattr(again, name), getattr(first, name)), name
    for file in cache.iterdir():
        file.write_bytes(file.read_bytes()[:50])
    assert np.array_equal(made(folder, cache, network).features, first.features)
    assert network.calls > calls
    calls = network.calls
    made(folder, cache, network, WhiteFaces(sha256="f" * 64))
    assert network.calls > calls
    calls = network.calls
    photo(folder / "ann" / "3.png", (10, 10, 40, 40))
    assert made(folder, cache, network).photos.tolist() == [0, 1, 2, 3]
    assert network.calls > calls


def test_no_face_in_any_photo_is_refused(tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        photo(tmp_path / "people" / name / "1.png")
    with pytest.raises(TrainingError, match="no face was found in any of 2 photos"):
        made(tmp_path / "people", tmp_path / "cache", MeanNetwork())


def test_progress_counts_every_photo(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    photos = labelled_photos(folder)
    crops = labelled_crops(
        photos.paths, WhiteFaces(), crop_scale=1.0, size=16, undetected=Undetected.CENTRE,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert [crop.found for crop in crops] == [
        Found.DETECTED, Found.DETECTED, Found.ASSUMED, Found.DETECTED, Found.UNREADABLE,
    ]  # fmt: skip
    assert seen == [(done, 5) for done in range(1, 6)]


def test_the_large_central_face_is_meant() -> None:
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[20:60, 20:38] = 255
    pixels[0:20, 60:80] = 255
    found, box = find_labelled(pixels, WhiteFaces(), undetected=Undetected.LEAVE_OUT)
    assert found is Found.DETECTED
    assert box is not None
    assert (box.left, box.right) == (20, 38)


def test_a_tight_crop_is_searched_in_padding_and_its_box_is_in_its_own_pixels() -> None:
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[20:60, 45:70] = 255
    detector = WhiteFaces()
    found, box = find_labelled(pixels, detector, undetected=Undetected.PAD)
    assert detector.seen == [(2 * SIDE, 2 * SIDE)]
    assert found is Found.IN_PADDING
    assert box is not None
    assert (box.left, box.top, box.right, box.bottom) == (45, 20, 70, 60)
    assert box.landmarks[0] == (45, 20)


def test_a_tight_crop_without_a_face_is_taken_whole() -> None:
    found, box = find_labelled(np.zeros((SIDE, SIDE, 3), dtype=np.uint8), WhiteFaces(), undetected=Undetected.PAD)
    assert found is Found.ASSUMED
    assert box == FaceBox(0.0, 0.0, float(SIDE), float(SIDE), 0.0, ())
