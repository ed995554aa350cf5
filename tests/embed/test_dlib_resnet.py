"""dlib's network in torch, against dlib itself."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path
from safetensors.torch import load_file

from recog.crop import crop_faces
from recog.embed.dlib_resnet import DlibResnet, Residual
from recog.photos import read_photo
from recog.types import Crops, FaceBox
from recog.weights.dlib_resnet import blocks
from recog.weights.pull import ensure_weights
from recog.weights.registry import spec
from recog.weights.sources import fetch

SIDE = 150
RECORDED = Path(__file__).parent / "dlib_descriptors.json"
"""dlib 20.0.1, face_recognition_model_v1.compute_face_descriptor of the patterns below."""


def patterns() -> Crops:
    """Three smooth coloured patterns and noise: (4, 150, 150, 3) uint8."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    waves = [np.stack([np.sin(k * x + y), np.cos(k * y - x), np.sin(k * x * y)], axis=2) for k in (3, 7, 15)]
    noise = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE, 3))
    return np.concatenate([(127.5 + 127 * np.stack(waves)).astype(np.uint8), noise.astype(np.uint8)])


@pytest.fixture(scope="module")
def network() -> DlibResnet:
    made = DlibResnet().eval()
    made.load_state_dict(load_file(ensure_weights("dlib-resnet", cache=user_cache_path("recog"))))
    return made


def descriptors(network: DlibResnet, crops: Crops) -> NDArray[np.float32]:
    with torch.inference_mode():
        features = network(torch.from_numpy(crops).permute(0, 3, 1, 2).float())
        assert features.shape == (len(crops), 256)
        found: NDArray[np.float32] = network.descriptors(features).numpy()
    return found


@pytest.mark.networks
def test_descriptors_are_those_that_dlib_gave(network: DlibResnet) -> None:
    """To 1e-4; measured 4e-7."""
    recorded = np.array(json.loads(RECORDED.read_text()), dtype=np.float32)
    np.testing.assert_allclose(descriptors(network, patterns()), recorded, atol=1e-4)
    assert np.abs(recorded[0] - recorded[1]).max() > 0.05


@pytest.mark.networks
@pytest.mark.data
def test_descriptors_of_real_faces_are_those_that_dlib_gives_where_it_is_installed(
    network: DlibResnet, data: Path, tmp_path: Path
) -> None:
    """Crops of 150 pixels go in as they are; dlib reads the published file."""
    dlib = pytest.importorskip("dlib")
    wanted = spec("dlib-resnet")
    (published,) = fetch(wanted, wanted.sources[1], scratch=tmp_path, progress=None).values()
    (tmp_path / "published.dat").write_bytes(published)
    rows = []
    for path in sorted((data / "identities").glob("*/*.jpg"))[::800]:
        pixels = read_photo(path).pixels
        whole = FaceBox(0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]), 1.0, ())
        rows.append(crop_faces(pixels, [whole], scale=1.0, size=SIDE))
    crops = np.concatenate(rows)
    assert len(crops) >= 5
    theirs = dlib.face_recognition_model_v1(str(tmp_path / "published.dat"))
    expected = [list(theirs.compute_face_descriptor(np.ascontiguousarray(crop))) for crop in crops]
    np.testing.assert_allclose(descriptors(network, crops), expected, atol=1e-4)


def test_a_sum_is_filled_up_with_zeros_in_channels_rows_and_columns() -> None:
    """A halving block at 7 x 6: one place after the other, in double precision."""
    block = DlibResnet().blocks[3]
    assert isinstance(block, Residual)
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 32, 8, 7)).astype(np.float32))
    with torch.inference_mode():
        found = block(x)[0]
        inner = block.conv2(torch.relu(block.conv1(x)))[0].double()
    assert found.shape == (64, 4, 3)
    assert inner.shape == (64, 3, 3)
    for channel, row, column in np.ndindex(64, 4, 3):
        total = float(inner[channel, row, column]) if row < 3 else 0.0
        if channel < 32:
            total += float(x[0, channel, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].double().mean())
        assert float(found[channel, row, column]) == pytest.approx(max(total, 0.0), abs=1e-5)


def test_the_network_has_29_convolutions_and_5_607_488_parameters() -> None:
    parameters = list(DlibResnet().parameters())
    assert 1 + 2 * len(blocks()) == 29
    assert sum(each.numel() for each in parameters) == 5_607_488
