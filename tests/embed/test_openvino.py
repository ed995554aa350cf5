import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_cache_path

from recog.crop import face_views
from recog.detect.mtcnn import MtcnnDetector
from recog.embed.embedder import FaceEmbedder
from recog.embed.encoder import choose_encoder, precision
from recog.embed.openvino_trunk import OpenVinoTrunk
from recog.embed.ranges import ranges_of
from recog.embed.trunk import Trunk
from recog.errors import ConfigError, WeightsMismatchError
from recog.photos import read_photo
from recog.types import Crops, FaceBox, Pixels
from recog.weights.registry import SPECS

CACHE = user_cache_path("recog")


@pytest.mark.networks
def test_float32_features_are_those_of_torch_whatever_the_batch(trunk: Trunk, crops: Crops) -> None:
    """Forty crops are more than two batches, and the last one is not full."""
    fast = OpenVinoTrunk(cache=CACHE, threads=1, ranges={})
    expected = trunk.features(crops)
    many = np.concatenate([crops] * 14)[:40]
    np.testing.assert_allclose(fast.features(many), np.concatenate([expected] * 14)[:40], atol=2e-4)
    assert fast.features(crops[:0]).shape == (0, 1792)
    assert fast.sha256 == trunk.sha256


@pytest.mark.networks
def test_crops_in_any_memory_order_are_taken_and_wrong_ones_refused(crops: Crops) -> None:
    fast = OpenVinoTrunk(cache=CACHE, threads=1)
    mirrored = crops[:, :, ::-1]
    np.testing.assert_array_equal(fast.features(mirrored), fast.features(np.ascontiguousarray(mirrored)))
    with pytest.raises(ValueError, match=r"crops are \(n, 160, 160, 3\) uint8"):
        fast.features(np.zeros((1, 96, 96, 3), np.uint8))


@pytest.fixture(scope="module")
def real_faces(data: Path) -> list[tuple[Pixels, list[FaceBox]]]:
    """Photos and at most eight faces of each, from large and sharp to small and blurred."""
    detector = MtcnnDetector(cache=CACHE)
    photos = [read_photo(path).pixels for path in sorted((data / "wider_dev" / "images").rglob("*.jpg"))[::10]]
    return [(pixels, detector.detect(pixels)[:8]) for pixels in photos]


@pytest.mark.networks
@pytest.mark.data
@pytest.mark.parametrize("network", ["facenet-casia", "facenet-dlib", "sface", "facenet-sface-dlib"])
def test_fast_embeddings_of_real_faces_are_the_reference_ones_to_a_cosine_of_0_999(
    real_faces: list[tuple[Pixels, list[FaceBox]]], network: str
) -> None:
    """That is why both share one network digest."""
    fast, reference = (FaceEmbedder(network=network, cache=CACHE, encoder=each) for each in ("openvino", "torch"))
    info = fast.info
    found = [
        face_views(pixels, boxes, scale=info.crop_scale, size=info.input_size, views=info.views)
        for pixels, boxes in real_faces
    ]
    crops = np.concatenate(found)
    assert len(crops) >= 20
    cosines = np.einsum("nd,nd->n", fast.embed(crops), reference.embed(crops))
    assert cosines.min() >= 0.999
    assert fast.info == reference.info


@pytest.mark.networks
def test_eight_bits_are_really_used_where_the_processor_has_them(trunk: Trunk, crops: Crops) -> None:
    if precision("openvino", "facenet-casia") == "float32":
        pytest.skip("this processor has no instructions for sums of byte products")
    difference = np.abs(OpenVinoTrunk(cache=CACHE, threads=1).features(crops) - trunk.features(crops)).max()
    assert difference > 1e-3


@pytest.mark.networks
def test_every_range_is_of_a_convolution_of_the_trunk(trunk: Trunk) -> None:
    names = {name.removesuffix(".weight") for name in trunk.network.state_dict()}
    ranges = ranges_of("facenet-casia")
    assert set(ranges) < names
    assert len(ranges) == 130
    assert min(ranges.values()) > 0


def test_ranges_of_other_weights_or_damaged_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "facenet-casia.json"
    assert ranges_of("facenet-casia", directory=tmp_path) == {}
    path.write_text(json.dumps({"trunk_sha256": "0" * 64, "ranges": {}}))
    with pytest.raises(WeightsMismatchError, match="measure them again"):
        ranges_of("facenet-casia", directory=tmp_path)
    for damaged in ("", "[]", "{}", "null"):
        path.write_text(damaged)
        with pytest.raises(WeightsMismatchError, match="damaged"):
            ranges_of("facenet-casia", directory=tmp_path)


def test_auto_takes_openvino_on_a_processor_and_torch_on_a_gpu() -> None:
    assert choose_encoder("auto", device="cpu") == "openvino"
    assert choose_encoder("auto", device="cuda") == "torch"
    assert choose_encoder("torch", device="cpu") == "torch"
    assert choose_encoder("openvino", device="cpu") == "openvino"


def test_what_cannot_run_is_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="runs on the processor, not on 'cuda'"):
        choose_encoder("openvino", device="cuda")
    with pytest.raises(ConfigError, match="one of auto, torch, openvino, not 'onnx'"):
        choose_encoder("onnx", device="cpu")


def test_where_openvino_is_not_installed_auto_takes_torch_and_asking_for_it_is_an_error() -> None:
    """A finder in front of all others that hides the package, in a process of its own."""
    code = (
        "import importlib.machinery, sys\n"
        "paths = importlib.machinery.PathFinder.find_spec\n"
        "class Hiding:\n"
        "    find_spec = staticmethod(lambda name, *rest: None if name == 'openvino' else paths(name, *rest))\n"
        "sys.meta_path[:] = [*(f for f in sys.meta_path if f is not importlib.machinery.PathFinder), Hiding]\n"
        "from recog.embed.encoder import choose_encoder\n"
        "from recog.errors import ConfigError\n"
        "assert choose_encoder('auto', device='cpu') == 'torch'\n"
        "try:\n    choose_encoder('openvino', device='cpu')\n"
        "except ConfigError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "install recog with the extra 'cpu'" in done.stdout


def test_eight_bits_need_known_ranges_and_byte_products(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("flags : fpu avx512f avx512_vnni\n")
    assert precision("openvino", "facenet-casia", cpuinfo=cpuinfo) == "int8"
    assert precision("torch", "facenet-casia", cpuinfo=cpuinfo) == "float32"
    assert precision("openvino", "facenet-vggface2", cpuinfo=cpuinfo) == "float32"
    cpuinfo.write_text("flags : fpu avx2\n")
    assert precision("openvino", "facenet-casia", cpuinfo=cpuinfo) == "float32"
    assert precision("openvino", "facenet-casia", cpuinfo=tmp_path / "absent") == "float32"


def test_openvino_is_loaded_without_what_would_report_its_use() -> None:
    code = (
        "import sys; from recog.weights.openvino_runtime import openvino; "
        "print([name for name, module in sys.modules.items() if name.startswith('openvino_telemetry') and module])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.networks
def test_choosing_openvino_leaves_torch_alone() -> None:
    """The detector still loads torch; the embedder does not need it."""
    code = (
        "import sys; from platformdirs import user_cache_path; from recog.embed.embedder import FaceEmbedder; "
        "FaceEmbedder(network='facenet-casia', cache=user_cache_path('recog'), encoder='openvino'); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.networks
@pytest.mark.parametrize(("name", "side"), [("facenet-casia", 160), ("dlib-resnet", 150), ("sface", 112)])
def test_a_kept_trunk_is_the_compiled_one_bit_by_bit_and_its_weights_are_proved_all_the_same(
    tmp_path: Path, name: str, side: int
) -> None:
    weights = tmp_path / f"{name}{SPECS[name].suffix}"
    weights.write_bytes((CACHE / weights.name).read_bytes())
    crops = np.random.default_rng(0).integers(0, 256, (5, side, side, 3), dtype=np.uint8)
    first = OpenVinoTrunk(name, cache=tmp_path, threads=1).features(crops)
    assert [path.suffix for path in tmp_path.glob("*.compiled")] == [".compiled"]
    np.testing.assert_array_equal(OpenVinoTrunk(name, cache=tmp_path, threads=1).features(crops), first)
    with weights.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    with pytest.raises(WeightsMismatchError):
        OpenVinoTrunk(name, cache=tmp_path, threads=1)


@pytest.mark.networks
@pytest.mark.parametrize("encoder", ["openvino", "torch"])
def test_threads_that_share_an_embedder_get_what_one_gets(crops: Crops, encoder: str) -> None:
    """Each thread has crops of its own, more than a batch of them."""
    embedder = FaceEmbedder(network="facenet-casia", cache=CACHE, encoder=encoder)
    given = [np.roll(np.concatenate([crops] * 6), 7 * number, axis=1) for number in range(3)]
    expected = [embedder.embed(some) for some in given]
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(embedder.embed, given))
    for mine, alone in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine, alone)
