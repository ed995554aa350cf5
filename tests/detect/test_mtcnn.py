import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from platformdirs import user_cache_path

from benchmarks.bench_detect import compare, ground_truth, our_detector, peer_detector
from recog.boxes import iou, rescaled
from recog.detect.cascade import find_faces
from recog.detect.mtcnn import MtcnnDetector
from recog.detect.openvino_stages import OpenVinoNetworks
from recog.detect.reduction import reduced
from recog.detect.torch_stages import TorchNetworks
from recog.errors import ConfigError
from recog.photos import read_photo
from recog.types import Detector, ReducingDetector
from recog.weights.pull import ensure_weights

CACHE = user_cache_path("recog")


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
def test_a_larger_smallest_face_leaves_out_small_faces_and_moves_no_large_one(portrait: NDArray[np.uint8]) -> None:
    small, default, large = (MtcnnDetector(cache=CACHE, min_face=side) for side in (12, 24, 60))
    face = default.detect(portrait)[0]
    assert MtcnnDetector(cache=CACHE, min_face=20).detect(portrait) == large.detect(portrait) == [face]
    for side, finders in ((80, (small, default, large)), (28, (small, default)), (13, (small,))):
        scale = side / (face.right - face.left)
        size = round(portrait.shape[1] * scale), round(portrait.shape[0] * scale)
        shrunk = np.asarray(Image.fromarray(portrait).resize(size, Image.Resampling.BOX))
        found = [each for each in (small, default, large) if each.detect(shrunk)]
        assert found == list(finders)


@pytest.mark.networks
def test_a_photo_that_comes_reduced_has_the_faces_of_the_full_one_in_pixels_of_the_full_one(
    detector: MtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    """Means that are rounded to whole numbers let P-Net choose another window, so the box moves a little."""
    scale = 3600 / max(portrait.shape[:2])
    size = round(portrait.shape[1] * scale) // 4 * 4, round(portrait.shape[0] * scale) // 4 * 4
    large = np.asarray(Image.fromarray(portrait).resize(size, Image.Resampling.BICUBIC))
    assert isinstance(detector, ReducingDetector)
    assert detector.longest_side < max(large.shape[:2])
    expected = detector.detect(large)
    assert len(expected) >= 1
    assert iou(detector.detect_reduced(reduced(large, 2), 2)[0], expected[0]) > 0.85
    assert iou(detector.detect_reduced(reduced(large, 4), 4)[0], expected[0]) > 0.8


@pytest.mark.networks
def test_the_smallest_face_of_a_reduced_photo_is_in_pixels_of_the_full_one(portrait: NDArray[np.uint8]) -> None:
    side = int(MtcnnDetector(cache=CACHE).detect(portrait)[0].width)
    for least, found in ((5 * side // 2, 1), (6 * side, 0)):
        finder = MtcnnDetector(cache=CACHE, min_face=least)
        assert len(finder.detect_reduced(portrait, 2)) == found


@pytest.fixture(scope="session")
def reference() -> MtcnnDetector:
    """float32 on torch."""
    return MtcnnDetector(cache=CACHE, runtime="torch")


@pytest.mark.networks
def test_the_fast_path_finds_the_faces_of_the_reference_within_a_pixel(
    detector: MtcnnDetector, reference: MtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    """Odd and even sides, photos that are made smaller, several faces; that is why both share one digest."""
    assert (detector.runtime, reference.runtime) == ("openvino", "torch")
    assert detector.sha256 == reference.sha256
    wide = np.concatenate([portrait, portrait[:, ::-1]], axis=1)
    for pixels in (portrait, portrait[1:, :-1], wide, wide.repeat(4, axis=0).repeat(4, axis=1)):
        differences = corner_differences(detector, reference, pixels)
        assert max(differences) <= 1.0


@pytest.mark.networks
@pytest.mark.data
def test_the_fast_path_finds_the_faces_of_the_reference_in_crowds_too(
    detector: MtcnnDetector, reference: MtcnnDetector, data: Path
) -> None:
    """A sum that falls between two levels may be rounded either way: now and then that chooses another window."""
    paths = sorted((data / "wider_dev" / "images").rglob("*.jpg"))[::20]
    differences = [
        value for path in paths for value in corner_differences(detector, reference, read_photo(path).pixels)
    ]
    assert len(differences) > 20
    assert np.median(differences) <= 0.01
    assert np.mean(np.array(differences) <= 1.0) >= 0.98


@pytest.mark.networks
def test_8_bit_numbers_give_the_same_in_float32_where_the_processor_has_no_byte_products(
    reference: MtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    path = ensure_weights("mtcnn", cache=CACHE)
    wide = np.concatenate([portrait, portrait[:, ::-1]], axis=1)
    expected = find_faces(TorchNetworks(path, device="cpu").over(wide, factor=1), smallest=20)
    for in_bytes in (False, True):
        networks = OpenVinoNetworks(path, threads=1, in_bytes=in_bytes)
        found = find_faces(networks.over(wide, factor=1), smallest=20)
        assert len(found.boxes) == 2
        np.testing.assert_allclose(found.boxes, expected.boxes, atol=0.5)
        np.testing.assert_allclose(found.landmarks, expected.landmarks, atol=0.5)
        np.testing.assert_allclose(found.scores, expected.scores, atol=0.01)


def corner_differences(detector: Detector, reference: Detector, pixels: NDArray[np.uint8]) -> list[float]:
    """The largest difference of a corner or landmark, per face of the reference, to the nearest face; none is lost."""
    found, expected = detector.detect(pixels), reference.detect(pixels)
    assert len(found) == len(expected)
    ours, theirs = ([(f.left, f.top, f.right, f.bottom, *np.ravel(f.landmarks)) for f in faces] for faces in
                    (found, expected))  # fmt: skip
    return [float(np.abs(np.array(ours) - face).max(axis=1).min()) for face in theirs]


@pytest.mark.networks
def test_threads_may_share_a_detector(detector: MtcnnDetector, portrait: NDArray[np.uint8]) -> None:
    photos = [portrait, portrait[:, ::-1], portrait[:400], portrait[100:]] * 3
    alone = [detector.detect(pixels) for pixels in photos]
    with ThreadPoolExecutor(max_workers=4) as threads:
        assert list(threads.map(detector.detect, photos)) == alone


@pytest.mark.networks
def test_a_crowd_of_five_hundred_is_found_in_bounded_memory(
    detector: MtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    """The head of one person, 25 x 20 times, each 64 pixels wide."""
    head = np.asarray(Image.fromarray(portrait[80:400, 110:430]).resize((64, 64)))
    crowd = np.tile(head, (20, 25, 1))
    found = detector.detect(crowd)
    assert len(found) == 500
    centres = {(int((face.left + face.right) / 128), int((face.top + face.bottom) / 128)) for face in found}
    assert len(centres) == 500


@pytest.mark.networks
@pytest.mark.parametrize("detector_class", ["mtcnn.MtcnnDetector", "yunet.YunetMtcnnDetector"])
def test_a_panorama_of_200_megapixels_is_searched_in_bounded_memory(portrait_file: Path, detector_class: str) -> None:
    """In a process of its own, whose largest size beside the photo's 600 MB is at most 700 MB.

    By /proc: getrusage tells a child the size of the process that it was forked from.
    """
    module, name = detector_class.split(".")
    code = (
        "import sys, numpy as np\n"
        "from platformdirs import user_cache_path\n"
        f"from recog.detect.{module} import {name}\n"
        "from recog.photos import read_photo\n"
        "from pathlib import Path\n"
        "photo = np.zeros((5000, 40000, 3), np.uint8)\n"
        "head = read_photo(Path(sys.argv[1])).pixels.repeat(8, axis=0).repeat(8, axis=1)[:4800]\n"
        "photo[100:4900, 20000:20000 + head.shape[1]] = head\n"
        f"found = {name}(cache=user_cache_path('recog')).detect(photo)\n"
        "largest = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(len(found), found[0].left, int(largest.split()[1]) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(portrait_file)], capture_output=True, text=True, check=True)
    count, left, megabytes = done.stdout.split()
    assert int(count) == 1
    assert 20000 + 8 * 150 < float(left) < 20000 + 8 * 250
    assert int(megabytes) < 600 + 60 + 700


@pytest.mark.networks
def test_on_openvino_torch_is_not_loaded() -> None:
    code = (
        "import sys; from platformdirs import user_cache_path; from recog.detect.mtcnn import MtcnnDetector; "
        "MtcnnDetector(cache=user_cache_path('recog')); print([name for name in ('torch', 'torchvision') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_openvino_is_refused_on_a_gpu() -> None:
    with pytest.raises(ConfigError, match="runs on the processor"):
        MtcnnDetector(cache=CACHE, runtime="openvino", device="cuda")


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
def test_recall_is_at_least_that_of_facenet_pytorchs_mtcnn_and_wrong_boxes_are_no_more(data: Path) -> None:
    """On every fourth of 160 photos; the whole set is benchmarks/bench_detect.py's."""
    photos = ground_truth(data / "wider_dev")[::4]
    detectors = {"peer": peer_detector("cpu"), "recog": our_detector(MtcnnDetector(cache=CACHE))}
    peer, ours = compare(photos, detectors, least=30, repeats=1).values()
    assert ours.found >= peer.found > 0.5 * peer.faces > 50
    assert ours.wrong <= peer.wrong
