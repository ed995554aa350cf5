"""Features of labelled photos: whose faces they are, and a cache that is never stale or wrong."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.datasets.faces import Found, Undetected
from recog.datasets.people import labelled_photos
from recog.errors import TrainingError
from recog.train.features import FaceFeatures, face_features
from recog.types import Crops
from tests.white_faces import WhiteFaces, white_people, white_photo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return white_people(tmp_path / "people")


class MeanNetwork:
    """Features are the mean colour of the crop's left and right halves."""

    def __init__(self) -> None:
        self.sha256 = "e" * 64
        self.calls = 0

    def features(self, crops: Crops) -> NDArray[np.float32]:
        self.calls += 1
        halves = [crops[:, :, :80], crops[:, :, 80:]]
        return np.concatenate([half.mean(axis=(1, 2)) for half in halves], axis=1).astype(np.float32)


def made(folder: Path, cache: Path, network: MeanNetwork, detector: WhiteFaces | None = None) -> FaceFeatures:
    return face_features(
        labelled_photos(folder),
        WhiteFaces() if detector is None else detector,
        network,
        crop_scale=1.0,
        undetected=Undetected.LEAVE_OUT,
        cache=cache,
    )


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
    white_photo(folder / "ann" / "3.png", (10, 10, 40, 40))
    assert made(folder, cache, network).photos.tolist() == [0, 1, 2, 3]
    assert network.calls > calls


def test_no_face_in_any_photo_is_refused(tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        white_photo(tmp_path / "people" / name / "1.png")
    with pytest.raises(TrainingError, match="no face was found in any of 2 photos"):
        made(tmp_path / "people", tmp_path / "cache", MeanNetwork())
