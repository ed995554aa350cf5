from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from platformdirs import user_cache_path

from benchmarks.bench_detect import compare, ground_truth, our_detector, peer_detector
from recog.boxes import iou, rescaled
from recog.detect.mtcnn import MtcnnDetector
from recog.errors import ConfigError
from recog.photos import read_photo
from recog.types import Detector

CACHE = user_cache_path("recog")


@pytest.fixture(scope="session")
def portrait() -> NDArray[np.uint8]:
    """One person, 512 x 600, that matplotlib carries."""
    found = find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    return read_photo(path).pixels


@pytest.mark.networks
def test_one_face_is_found_with_eyes_nose_and_mouth_in_their_places(
    detector: Detector, portrait: NDArray[np.uint8]
) -> None:
    face, *others = detector.detect(portrait)
    assert all(other.score < face.score for other in others)
    assert 150 < face.left < face.right < 380
    assert 100 < face.top < face.bottom < 360
    assert face.score > 0.99
    left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


@pytest.mark.networks
def test_a_photo_over_the_limit_is_searched_smaller_and_answered_in_its_own_pixels(
    portrait: NDArray[np.uint8],
) -> None:
    large = portrait.repeat(2, axis=0).repeat(2, axis=1)
    detector = MtcnnDetector(cache=CACHE, max_side=600)
    assert iou(detector.detect(large)[0], rescaled(detector.detect(portrait)[0], 2.0, 2.0)) > 0.9


@pytest.mark.networks
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (11, 11), (19, 19), (20, 20), (13, 4000), (1, 5000)])
def test_a_photo_with_no_room_for_a_face_has_none(detector: Detector, shape: tuple[int, int]) -> None:
    for value in (0, 127, 255):
        assert detector.detect(np.full((*shape, 3), value, dtype=np.uint8)) == []


@pytest.mark.networks
def test_pixels_may_be_read_only_and_strided_and_stay_as_they_were(
    detector: Detector, portrait: NDArray[np.uint8]
) -> None:
    view = portrait[:, ::-1]
    view.flags.writeable = False
    before = view.copy()
    assert detector.detect(view) == detector.detect(before)
    np.testing.assert_array_equal(view, before)


@pytest.mark.networks
def test_wrong_pixels_are_a_programmers_error(detector: Detector) -> None:
    for wrong in (np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3), np.float32)):
        with pytest.raises(ValueError, match=r"pixels are \(H, W, 3\) uint8"):
            detector.detect(wrong)  # type: ignore[arg-type]


@pytest.mark.networks
def test_the_digest_follows_every_setting_that_decides_what_is_found(detector: MtcnnDetector) -> None:
    others = [MtcnnDetector(cache=CACHE, min_face=30), MtcnnDetector(cache=CACHE, max_side=1024)]
    digests = {each.sha256 for each in (detector, *others)}
    assert len(digests) == 3
    assert MtcnnDetector(cache=CACHE).sha256 == detector.sha256


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [({"min_face": 11}, "at least 12"), ({"max_side": 9000}, "max_side"), ({"device": "tpu"}, "'cpu' or 'cuda'")],
)
def test_settings_out_of_range_are_refused(setting: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        MtcnnDetector(cache=CACHE, **setting)  # type: ignore[arg-type]


@pytest.mark.networks
@pytest.mark.data
def test_recall_is_at_least_that_of_facenet_pytorchs_mtcnn(data: Path) -> None:
    """On every fourth of 160 photos; the whole set is benchmarks/bench_detect.py's."""
    photos = ground_truth(data / "wider_dev", least=30)[::4]
    result = compare(photos, our_detector(CACHE, "cpu"), peer_detector("cpu"), repeats=1)
    assert result.faces > 100
    assert result.ours.found >= result.peer.found > 0.5 * result.faces
    assert np.mean(np.array(result.nearest) <= 1.0) > 0.98
