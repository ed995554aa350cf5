"""A network from an ONNX file: by a description, without code."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from platformdirs import user_cache_path

from recog.align import ARCFACE, TEMPLATES
from recog.crop import face_views
from recog.distance import unit_rows
from recog.embed.registry import embedder_class
from recog.errors import ConfigError, WeightsMismatchError, WeightsMissingError
from recog.types import Crops, Embedder, FaceBox, View
from recog.weights.loading import LoadOptions
from recog.weights.onnx_file import read_onnx
from recog.weights.openvino_runtime import compiled, openvino
from recog.weights.pull import ensure_weights
from tests.onnx_file import mean_colour_network

SIDE = 32
DIM = 128
Weight = NDArray[np.float32]


@pytest.fixture
def weight() -> Weight:
    return np.random.default_rng(0).normal(size=(3, DIM)).astype(np.float32)


def describe(folder: Path, content: bytes, *, called: str = "colours", **changes: object) -> Path:
    """Write a network and its description; a change to None leaves a line out."""
    folder.mkdir(exist_ok=True)
    (folder / f"{called}.onnx").write_bytes(content)
    lines: dict[str, Any] = {
        "file": f"{called}.onnx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "licence": "CC0",
        "trained_on": "nothing",
        "input_size": SIDE,
        "colour": "rgb",
        "mean": 127.5,
        "scale": 64.0,
        "alignment": "box",
        "dim": DIM,
    }
    written = {key: value for key, value in (lines | changes).items() if value is not None}
    path = folder / f"{called}.toml"
    path.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in written.items()), encoding="utf-8")
    return path


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def options(tmp_path: Path) -> LoadOptions:
    return LoadOptions(cache=tmp_path / "cache")


def loaded(tmp_path: Path, *, flip: bool | None = None) -> Embedder:
    found = embedder_class("colours", own_networks=tmp_path / "networks")
    return found.load(replace(options(tmp_path), flip=flip))


def random_crops(count: int, channels: int = 3) -> Crops:
    return np.random.default_rng(1).integers(0, 256, (count, SIDE, SIDE, channels), dtype=np.uint8)


def expected(crops: Crops, weight: Weight, *, mean: object = 127.5, scale: object = 64.0) -> Weight:
    seen = (crops.astype(np.float64) - np.array(mean)) / np.array(scale)
    return unit_rows((seen.mean(axis=(1, 2)) @ weight).astype(np.float32))


def test_a_described_file_gives_unit_embeddings_prepared_as_described(tmp_path: Path, weight: Weight) -> None:
    """More faces than a batch holds, and none."""
    describe(tmp_path / "networks", mean_colour_network(weight, side=SIDE))
    embedder, crops = loaded(tmp_path), random_crops(40)
    found = embedder.embed(crops)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected(crops, weight), atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert embedder.embed(crops[:0]).shape == (0, DIM)
    again = loaded(tmp_path)  # compiled, from the cache
    np.testing.assert_array_equal(again.embed(crops), found)


def test_channels_come_in_the_order_and_on_the_scale_that_is_described(tmp_path: Path, weight: Weight) -> None:
    mean, scale = [10.0, 120.0, 200.0], [3.0, 50.0, 7.0]
    describe(tmp_path / "networks", mean_colour_network(weight, side=SIDE), colour="bgr", mean=mean, scale=scale)
    crops = random_crops(3)
    found = loaded(tmp_path).embed(crops)
    np.testing.assert_allclose(found, expected(crops[..., ::-1], weight, mean=mean, scale=scale), atol=1e-4)


def test_an_aligned_network_sees_the_second_view(tmp_path: Path, weight: Weight) -> None:
    describe(tmp_path / "networks", mean_colour_network(weight, side=SIDE), alignment=ARCFACE)
    crops = random_crops(3, channels=6)
    embedder = loaded(tmp_path)
    assert (embedder.info.aligned, embedder.info.template) == (True, ARCFACE)
    np.testing.assert_allclose(embedder.embed(crops), expected(crops[..., 3:], weight), atol=1e-4)


def test_the_mirror_image_is_averaged_in_if_asked_for(tmp_path: Path) -> None:
    """A mean colour is that of the mirror image too, so the network of this test looks at what differs: the digest."""
    weight = np.eye(3, DIM, dtype=np.float32)
    describe(tmp_path / "networks", mean_colour_network(weight, side=SIDE), flip=True)
    flipped, plain = loaded(tmp_path), loaded(tmp_path, flip=False)
    crops = random_crops(2)
    np.testing.assert_allclose(flipped.embed(crops), plain.embed(crops), atol=1e-5)
    assert flipped.info.sha256 != plain.info.sha256


def test_every_line_that_decides_an_embedding_is_in_the_digest(tmp_path: Path, weight: Weight) -> None:
    changes: list[dict[str, Any]] = [
        {}, {"colour": "bgr"}, {"mean": 127.0}, {"scale": 63.0}, {"alignment": ARCFACE},
        {"alignment": "dlib", "input_size": 150},
        {"crop_scale": 1.3}, {"flip": True}, {"input_size": SIDE + 2}, {"dim": DIM + 1}, {"sha256": "0" * 64},
    ]  # fmt: skip
    digests = set()
    for number, change in enumerate(changes):
        directory = tmp_path / str(number)
        describe(directory, mean_colour_network(weight, side=SIDE), **change)
        digests.add(embedder_class("colours", own_networks=directory).facts(options(tmp_path)).info.sha256)
    assert len(digests) == len(changes)


def test_threads_may_share_a_described_network(tmp_path: Path, weight: Weight) -> None:
    describe(tmp_path / "networks", mean_colour_network(weight, side=SIDE))
    embedder = loaded(tmp_path)
    given = [np.roll(random_crops(50), number, axis=0) for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(embedder.embed, given * 3))
    for crops, rows in zip(given * 3, found, strict=True):
        np.testing.assert_allclose(rows, expected(crops, weight), atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dim": DIM + 1}, rf"output of shape .*, not \(n, {DIM + 1}\)"),
        ({"input_size": SIDE + 1}, rf"input of shape .*, not \(n, 3, {SIDE + 1}, {SIDE + 1}\)"),
        ({"alignment": "dlib"}, "an input_size of 32, and the alignment 'dlib' needs an even one of at least 150"),
    ],
)
def test_a_description_that_does_not_fit_its_file_is_refused(
    tmp_path: Path, weight: Weight, changes: dict[str, Any], said: str
) -> None:
    describe(tmp_path / "networks", mean_colour_network(weight, side=SIDE), **changes)
    with pytest.raises((ConfigError, WeightsMismatchError), match=said):
        loaded(tmp_path)


def test_what_is_no_network_or_has_two_inputs_is_refused(tmp_path: Path, weight: Weight) -> None:
    describe(tmp_path / "networks", b"not a network")
    with pytest.raises(WeightsMismatchError, match="is no ONNX file"):
        loaded(tmp_path)
    two = mean_colour_network(weight, side=SIDE, inputs=2)
    describe(tmp_path / "networks", two)
    with pytest.raises(WeightsMismatchError, match="has 2 inputs and 1 outputs"):
        loaded(tmp_path)


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_what_says_nothing_of_a_face_is_refused(tmp_path: Path, value: float) -> None:
    describe(tmp_path / "networks", mean_colour_network(np.full((3, DIM), value, np.float32), side=SIDE))
    with pytest.raises(WeightsMismatchError, match="NaN or only zeros"):
        loaded(tmp_path).embed(random_crops(1))


def test_a_file_that_was_changed_or_is_gone_is_refused(tmp_path: Path, weight: Weight) -> None:
    content = mean_colour_network(weight, side=SIDE)
    describe(tmp_path / "networks", content)
    loaded(tmp_path)
    cached = tmp_path / "cache" / f"colours-{hashlib.sha256(content).hexdigest()[:12]}.onnx"
    cached.write_bytes(content[:-1])
    with pytest.raises(WeightsMismatchError, match="is not the colours that was put there"):
        loaded(tmp_path)
    cached.unlink()
    (tmp_path / "networks" / "colours.onnx").unlink()
    with pytest.raises(
        WeightsMissingError, match=r"no source brought the weights colours, which are in colours\.onnx \("
    ):
        loaded(tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"licence": None}, "licence: Field required"),
        ({"sha256": "abc"}, "sha256: "),
        ({"file": "../colours.onnx"}, "file: "),
        ({"source": "http://example.org/colours.onnx"}, "source: "),
        ({"scale": 0.0}, "scale"),
        ({"alignment": "sphere"}, "alignment 'sphere': choose one of box, dlib, arcface"),
        ({"colours": 3}, "colours: Extra inputs"),
        ({"directory": "/"}, "sets 'directory'"),
    ],
)
def test_a_description_that_is_not_valid_is_said_in_one_sentence(
    tmp_path: Path, weight: Weight, changes: dict[str, Any], said: str
) -> None:
    path = describe(tmp_path / "networks", mean_colour_network(weight, side=SIDE), **changes)
    with pytest.raises(ConfigError, match=said) as caught:
        embedder_class("colours", own_networks=tmp_path / "networks")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_of_recog_s_own_are_not_taken_and_an_unknown_one_is_answered_with_all(
    tmp_path: Path, weight: Weight
) -> None:
    describe(tmp_path / "networks", mean_colour_network(weight, side=SIDE))
    with pytest.raises(ConfigError, match=r"no network called 'nobody': choose one of facenet-casia, .*, colours\b"):
        embedder_class("nobody", own_networks=tmp_path / "networks")
    with pytest.raises(ConfigError, match="choose one of"):
        embedder_class("../networks/colours", own_networks=tmp_path / "networks")
    describe(tmp_path / "networks", b"", called="mtcnn")
    with pytest.raises(ConfigError, match="recog has a network called 'mtcnn' itself"):
        embedder_class("mtcnn", own_networks=tmp_path / "networks")


def test_landmarks_come_to_their_places_in_arcface_s_chip_in_any_size() -> None:
    """A photo black but for five dots; the face is turned by 30 degrees and three times as large as the chip."""
    template = TEMPLATES[ARCFACE]
    angle = np.pi / 6
    turn = 3 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    places = template.landmarks @ turn.T + (250, 120)
    pixels = np.zeros((600, 600, 3), np.uint8)
    for x, y in places:
        pixels[round(y) - 6 : round(y) + 7, round(x) - 6 : round(x) + 7] = 255
    box = FaceBox(100, 100, 400, 400, 0.99, tuple((float(x), float(y)) for x, y in places))
    for size in (112, 56, 224):
        views = face_views(pixels, [box], scale=1.2, size=size, views=[View(ARCFACE, size)])
        assert views.shape == (1, size, size, 6)
        for x, y in template.landmarks * size / 112:
            assert views[0, round(y), round(x), 3] > 150
        assert (views[0, ..., 3] > 100).mean() < 0.02


def test_a_box_without_landmarks_is_an_upright_face_in_arcface_s_chip_too() -> None:
    template = TEMPLATES[ARCFACE]
    (left, top), (right, bottom) = template.box
    middle = (template.landmarks[:, 0].mean(), template.landmarks[:, 1].mean())
    assert left < middle[0] < right
    assert top < middle[1] < bottom
    y, x = np.mgrid[0:200, 0:200]
    pixels = np.stack([x, y, (x + y) // 2], axis=2).astype(np.uint8)
    box = FaceBox(50 + left, 50 + top, 50 + right, 50 + bottom, 0.9, ())
    view = face_views(pixels, [box], scale=1.2, size=112, views=[View(ARCFACE, 112)])[0, ..., 3:]
    np.testing.assert_allclose(view.astype(int), pixels[50:162, 50:162].astype(int), atol=2)


@pytest.mark.networks
def test_sface_added_by_hand_gives_the_output_of_its_file_bit_for_bit(tmp_path: Path) -> None:
    """The comparison runs the file by OpenVINO without any preprocessing: RGB from 0 to 255, channels first."""
    cache = user_cache_path("recog")
    file = ensure_weights("sface", cache=cache)
    describe(tmp_path / "networks", file.read_bytes(), input_size=112, mean=0.0, scale=1.0, alignment=ARCFACE, dim=DIM)
    y, x = np.mgrid[0:112, 0:112]
    views: Crops = np.random.default_rng(2).integers(0, 256, (21, 112, 112, 6), dtype=np.uint8)
    views[0, ..., 3:] = np.stack([2 * x, 2 * y, x + y], axis=2)
    model = openvino.Core().read_model(read_onnx(file).SerializeToString())
    model.reshape([-1, 3, 112, 112])
    chips = np.ascontiguousarray(views[..., 3:].transpose(0, 3, 1, 2)).astype(np.float32)
    request = compiled(model).create_infer_request()
    rows = np.concatenate([request.infer([chips[start : start + 16]])[0].copy() for start in (0, 16)])
    assert rows.shape == (21, DIM)
    np.testing.assert_array_equal(loaded(tmp_path).embed(views), unit_rows(rows))
