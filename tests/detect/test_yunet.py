import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from platformdirs import user_cache_path

from benchmarks.bench_detect import Tally, ground_truth, our_detector
from recog.boxes import iou
from recog.config import read_settings
from recog.detect.mtcnn import MtcnnDetector
from recog.detect.proposals import OUTPUTS
from recog.detect.yunet import YunetMtcnnDetector
from recog.detect.yunet_openvino import OpenVinoYunet
from recog.detect.yunet_torch import TorchYunet
from recog.errors import ConfigError
from recog.library.any_turn import find_faces
from recog.library.networks import Networks
from recog.photos import read_photo
from recog.quality import doubt_of
from recog.types import Detector
from recog.weights.pull import ensure_weights

CACHE = user_cache_path("recog")


def points(detector: Detector, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the landmarks of the best face, (5, 2)."""
    return np.array(detector.detect(pixels)[0].landmarks)


@pytest.mark.networks
def test_one_face_is_found_where_mtcnn_finds_it_with_its_landmarks(
    yunet: YunetMtcnnDetector, detector: MtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    (face,), (other,) = yunet.detect(portrait), detector.detect(portrait)
    assert face.score > 0.99
    assert doubt_of(face) is None
    assert iou(face, other) > 0.85
    assert np.abs(np.array(face.landmarks) - np.array(other.landmarks)).max() < 0.04 * face.width


@pytest.mark.networks
def test_a_face_that_meets_the_border_keeps_its_landmarks(
    yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    """The photo is cut along the box, as in data sets of tight crops."""
    face = yunet.detect(portrait)[0]
    left, top, right, bottom = (round(side) for side in (face.left, face.top, face.right, face.bottom))
    tight = portrait[top:bottom, left:right]
    moved = points(yunet, tight) + np.array([left, top])
    assert np.abs(moved - np.array(face.landmarks)).max() < 0.05 * face.width


@pytest.fixture(scope="module")
def reference() -> YunetMtcnnDetector:
    return YunetMtcnnDetector(cache=CACHE, runtime="torch")


@pytest.mark.networks
def test_kept_networks_are_the_compiled_ones_bit_by_bit_and_need_no_onnx(tmp_path: Path) -> None:
    for name in ("yunet.onnx", "mtcnn.safetensors"):
        (tmp_path / name).symlink_to(CACHE / name)
    paths = tmp_path / "yunet.onnx", tmp_path / "mtcnn.safetensors"
    first = OpenVinoYunet(*paths, threads=1)
    assert {path.name for path in tmp_path.glob("*.compiled")} == {"yunet.compiled", "rnet.compiled", "onet.compiled"}
    for path in paths:  # what is kept stands for the files, which were proved before
        path.unlink()
    again = OpenVinoYunet(*paths, threads=1)
    image = np.random.default_rng(3).integers(0, 256, (3, 96, 160)).astype(np.float32)
    for name, answer in first.propose(image).items():
        np.testing.assert_array_equal(again.propose(image)[name], answer)
    windows = np.random.default_rng(4).integers(0, 256, (3, 3, 48, 48), np.uint8)
    np.testing.assert_array_equal(again.decide(windows)[2], first.decide(windows)[2])
    np.testing.assert_array_equal(again.refine(windows[..., :24, :24])[1], first.refine(windows[..., :24, :24])[1])


@pytest.mark.networks
def test_torch_computes_what_openvino_computes() -> None:
    paths = ensure_weights("yunet", cache=CACHE), ensure_weights("mtcnn", cache=CACHE)
    fast, reference = OpenVinoYunet(*paths, threads=1), TorchYunet(*paths, device="cpu")
    rng = np.random.default_rng(17)
    for height, width in ((32, 32), (96, 160), (320, 256)):
        image = rng.integers(0, 256, (3, height, width)).astype(np.float32)
        ours, theirs = fast.propose(image), reference.propose(image)
        for name in OUTPUTS:
            np.testing.assert_allclose(ours[name], theirs[name], atol=1e-5, err_msg=name)
    for count in (1, 8, 11):
        small, large = (rng.integers(0, 256, (count, 3, side, side), np.uint8) for side in (24, 48))
        for mine, other in (
            *zip(fast.refine(small), reference.refine(small), strict=True),
            *zip(fast.decide(large), reference.decide(large), strict=True),
        ):
            np.testing.assert_allclose(mine, other, atol=1e-5)


@pytest.mark.networks
def test_both_libraries_find_the_same_faces(
    yunet: YunetMtcnnDetector, reference: YunetMtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    assert (yunet.runtime, reference.runtime) == ("openvino", "torch")
    assert yunet.sha256 == reference.sha256
    wide = np.concatenate([portrait, portrait[:, ::-1]], axis=1)
    for pixels in (portrait, portrait[1:, :-1], wide, wide.repeat(4, axis=0).repeat(4, axis=1)):
        found, expected = yunet.detect(pixels), reference.detect(pixels)
        assert len(found) == len(expected) > 0
        for face in expected:
            assert max(iou(face, other) for other in found) > 0.999


@pytest.mark.networks
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_photo_is_searched_in_its_turn(
    yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8], degrees: int
) -> None:
    found = find_faces(yunet, np.ascontiguousarray(np.rot90(portrait, degrees // 90)))
    assert [face.turn for face in found] == [360 - degrees]


@pytest.mark.networks
def test_a_small_face_in_a_large_photo_is_found_in_the_larger_copy(
    yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    """The first copy shows faces of 28 pixels in 9, and finds half of them."""
    head = np.asarray(Image.fromarray(portrait[80:400, 110:430]).resize((40, 40), Image.Resampling.BOX))
    photo = np.full((1536, 2048, 3), 120, np.uint8)
    for left in range(100, 1900, 300):
        photo[700:740, left : left + 40] = head
    assert len(yunet.detect(photo)) == len(range(100, 1900, 300))
    assert YunetMtcnnDetector(cache=CACHE, max_side=600).detect(photo) == []


@pytest.mark.networks
def test_a_face_in_both_copies_is_one_face(yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8]) -> None:
    """The large face is found in both, the small one leads to the second."""
    photo = np.full((2400, 3200, 3), 120, np.uint8)
    photo[0:1800, 0:1536] = portrait.repeat(3, axis=0).repeat(3, axis=1)
    photo[1900:2050, 2500:2628] = np.asarray(Image.fromarray(portrait).reduce(4))
    assert len(yunet.detect(photo)) == 2


@pytest.mark.networks
def test_a_larger_smallest_face_leaves_out_small_faces_and_moves_no_large_one(
    yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    face = yunet.detect(portrait)[0]
    finders = {side: YunetMtcnnDetector(cache=CACHE, min_face=side) for side in (12, 60, 300)}
    assert finders[12].detect(portrait) == finders[60].detect(portrait) == [face]
    assert finders[300].detect(portrait) == []
    small = np.asarray(Image.fromarray(portrait).reduce(6))
    assert finders[12].detect(small)
    assert finders[60].detect(small) == []


@pytest.mark.networks
def test_threads_may_share_a_detector(yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8]) -> None:
    photos = [portrait, portrait[:, ::-1], portrait[:400], portrait[100:]] * 3
    alone = [yunet.detect(pixels) for pixels in photos]
    with ThreadPoolExecutor(max_workers=4) as threads:
        assert list(threads.map(yunet.detect, photos)) == alone


@pytest.mark.networks
def test_photos_of_many_sizes_take_bounded_memory() -> None:
    """In a process of its own: 80 sizes take at most 120 MB more than ten; without a limit they took 200 MB."""
    code = (
        "import numpy as np\n"
        "from platformdirs import user_cache_path\n"
        "from recog.detect.yunet import YunetMtcnnDetector\n"
        "detector, sizes = YunetMtcnnDetector(cache=user_cache_path('recog')), np.random.default_rng(1)\n"
        "for photo in range(80):\n"
        "    detector.detect(np.zeros((*sizes.integers(32, 640, 2), 3), np.uint8))\n"
        "    if photo in (10, 79):\n"
        "        line = next(line for line in open('/proc/self/status') if line.startswith('VmRSS'))\n"
        "        print(int(line.split()[1]) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    few, many = map(int, done.stdout.split())
    assert many < few + 120


@pytest.mark.networks
def test_a_crowd_of_five_hundred_is_found(yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8]) -> None:
    """The head of one person, 25 x 20 times, each 64 pixels wide."""
    head = np.asarray(Image.fromarray(portrait[80:400, 110:430]).resize((64, 64)))
    found = yunet.detect(np.tile(head, (20, 25, 1)))
    assert len(found) == 500
    centres = {(int((face.left + face.right) / 128), int((face.top + face.bottom) / 128)) for face in found}
    assert len(centres) == 500


@pytest.mark.networks
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (11, 11), (20, 20), (31, 33), (13, 4000), (1, 5000)])
def test_a_photo_with_no_room_for_a_face_has_none(yunet: YunetMtcnnDetector, shape: tuple[int, int]) -> None:
    for value in (0, 127, 255):
        assert yunet.detect(np.full((*shape, 3), value, dtype=np.uint8)) == []


@pytest.mark.networks
def test_pixels_may_be_read_only_and_strided_and_stay_as_they_were(
    yunet: YunetMtcnnDetector, portrait: NDArray[np.uint8]
) -> None:
    view = portrait[:, ::-1]
    view.flags.writeable = False
    before = view.copy()
    assert yunet.detect(view) == yunet.detect(before)
    np.testing.assert_array_equal(view, before)


@pytest.mark.networks
def test_wrong_pixels_are_a_programmers_error(yunet: YunetMtcnnDetector) -> None:
    for wrong in (np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3), np.float32)):
        with pytest.raises(ValueError, match=r"pixels are \(H, W, 3\) uint8"):
            yunet.detect(wrong)  # type: ignore[arg-type]


@pytest.mark.networks
def test_the_digest_follows_every_setting_that_decides_what_is_found(
    yunet: YunetMtcnnDetector, detector: MtcnnDetector
) -> None:
    others = [YunetMtcnnDetector(cache=CACHE, min_face=30), YunetMtcnnDetector(cache=CACHE, max_side=1024)]
    assert len({yunet.sha256, detector.sha256, *(each.sha256 for each in others)}) == 4
    assert YunetMtcnnDetector(cache=CACHE).sha256 == yunet.sha256


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"min_face": 11}, "at least 12"),
        ({"max_side": 9000}, "max_side"),
        ({"device": "tpu"}, "'cpu' or 'cuda'"),
        ({"runtime": "openvino", "device": "cuda"}, "runs on the processor"),
    ],
)
def test_settings_out_of_range_are_refused(setting: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        YunetMtcnnDetector(cache=CACHE, **setting)  # type: ignore[arg-type]


@pytest.mark.networks
def test_on_openvino_torch_is_not_loaded() -> None:
    code = (
        "import sys; from platformdirs import user_cache_path; from recog.detect.yunet import YunetMtcnnDetector; "
        "YunetMtcnnDetector(cache=user_cache_path('recog')); print([name for name in ('torch', 'torchvision') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.networks
def test_it_is_the_default_and_mtcnn_is_chosen_by_the_setting() -> None:
    assert isinstance(Networks(read_settings(device="cpu", cache=CACHE)).detector, YunetMtcnnDetector)
    chosen = Networks(read_settings(detector="mtcnn", device="cpu", min_face=33, cache=CACHE)).detector
    assert isinstance(chosen, MtcnnDetector)
    assert chosen.min_face == 33


@pytest.mark.networks
@pytest.mark.data
def test_most_faces_are_found_and_few_boxes_are_wrong(yunet: YunetMtcnnDetector, data: Path) -> None:
    """On every fourth of 160 photos, a hard quarter; on all it finds 92 % (benchmarks/bench_detect.py)."""
    find, tally = our_detector(yunet), Tally()
    for path, drawn in ground_truth(data / "wider_dev")[::4]:
        tally.count(drawn, find(read_photo(path).pixels), least=30)
    assert tally.faces > 50
    assert tally.found >= 0.8 * tally.faces
    assert tally.wrong <= 0.1 * tally.boxes


@pytest.mark.networks
@pytest.mark.data
def test_faces_that_fill_the_photo_are_found(yunet: YunetMtcnnDetector, data: Path) -> None:
    paths = sorted((data / "cfp_dev").rglob("frontal/*.jpg"))[::100]
    paths += sorted((data / "identities").glob("fiw_*/*"))[::250]
    assert len(paths) > 40
    assert sum(bool(yunet.detect(read_photo(path).pixels)) for path in paths) >= 0.98 * len(paths)
