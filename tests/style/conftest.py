"""A small VGG with drawn weights, and pictures that are made, not photographed."""

import numpy as np
import pytest

from recog.style.layers import CAFFE, StyleNetwork, load_network
from recog.types import Pixels
from tests.drawn_vgg import drawn_weights


@pytest.fixture(scope="session")
def network() -> StyleNetwork:
    """A network of real arithmetic that runs in milliseconds."""
    return StyleNetwork("vgg16-hed", "0" * 64, drawn_weights(), CAFFE)


@pytest.fixture(scope="session")
def vgg16_hed() -> StyleNetwork:
    """The real network, from the user's cache of weights."""
    from recog.config import read_settings

    return load_network("vgg16-hed", cache=read_settings().cache)


@pytest.fixture(scope="session")
def hills() -> Pixels:
    """A content, 72 x 96: a sky that gets lighter downwards over a dark hill."""
    rows, columns = np.mgrid[0:72, 0:96].astype(np.float32)
    hill = rows > 50 - 18 * np.sin(columns / 96 * np.pi)
    picture = np.stack([60 + rows, 110 + rows, 190 + 0.5 * rows], axis=-1)
    picture[hill] = (40, 80, 30)
    clipped: Pixels = np.clip(picture, 0, 255).astype(np.uint8)
    return clipped


@pytest.fixture(scope="session")
def stripes() -> Pixels:
    """A style, 64 x 80: diagonal stripes of red and yellow."""
    rows, columns = np.mgrid[0:64, 0:80]
    wave = (np.sin((rows + columns) * 0.9) > 0)[..., None]
    picture: Pixels = np.where(wave, (220, 40, 20), (240, 210, 60)).astype(np.uint8)
    return picture


@pytest.fixture(scope="session")
def waves() -> Pixels:
    """Another style, 80 x 64: blue rings."""
    rows, columns = np.mgrid[0:80, 0:64].astype(np.float32)
    ring = np.sin(np.hypot(rows - 40, columns - 32) * 0.8)
    return np.stack([60 + 40 * ring, 90 + 50 * ring, 170 + 70 * ring], axis=-1).astype(np.uint8)
