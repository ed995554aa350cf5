"""The API with the real networks, on a public portrait that a test dependency contains."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from recog import PhotoLibrary, read_settings
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE

pytestmark = pytest.mark.networks


def test_a_portrait_that_is_sent_is_recognised(tmp_path: Path) -> None:
    found = find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    portrait = Path(found.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    Image.open(portrait).resize((384, 450)).save(tmp_path / "small.png")
    settings = read_settings(library=tmp_path / "library")
    with PhotoLibrary(settings) as library:
        library.index([portrait])
    with (
        ServedLibrary(PhotoLibrary(settings)) as opened,
        Client(create_app(opened, access=Access(TOKEN), place=PLACE), PLACE) as client,
    ):
        assert client.act("/api/confirm", name="Grace Hopper", face_ids=[1], new=True).status == 200
        sent = (tmp_path / "small.png").read_bytes()
        (face,) = client.post("/api/identify", sent).json["faces"]
        assert face["person"]["name"] == "Grace Hopper"
        assert face["probability"] > 0.99
        assert client.post("/api/verify?person_id=1", sent).json["verification"]["same"]
        (searched,) = client.post("/api/search?k=1", sent).json["faces"]
        assert searched["found"][0]["face"]["id"] == 1
        assert client.get("/api/status").json["network"]["dim"] == 128
