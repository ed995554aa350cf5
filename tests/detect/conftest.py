"""The real detectors, made once, and a portrait."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from platformdirs import user_cache_path

from recog.detect.mtcnn import MtcnnDetector
from recog.detect.yunet import YunetMtcnnDetector
from recog.photos import read_photo


@pytest.fixture(scope="session")
def detector() -> MtcnnDetector:
    return MtcnnDetector(cache=user_cache_path("recog"))


@pytest.fixture(scope="session")
def yunet() -> YunetMtcnnDetector:
    return YunetMtcnnDetector(cache=user_cache_path("recog"))


@pytest.fixture(scope="session")
def portrait_file() -> Path:
    """One person, 512 x 600, that matplotlib carries."""
    found = find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"


@pytest.fixture(scope="session")
def portrait(portrait_file: Path) -> NDArray[np.uint8]:
    return read_photo(portrait_file).pixels
