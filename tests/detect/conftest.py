"""The real detector, made once."""

import pytest
from platformdirs import user_cache_path

from recog.detect.mtcnn import MtcnnDetector


@pytest.fixture(scope="session")
def detector() -> MtcnnDetector:
    return MtcnnDetector(cache=user_cache_path("recog"))
