"""The API and the pages with the real networks, on a portrait of a test dependency and on the shared photos."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog import PhotoLibrary, read_settings
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM, Browser
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE
from tests.web.served import serving
from tests.web.visitor import Visitor

pytestmark = pytest.mark.networks
CLICK = "{ bubbles: true, cancelable: true }"


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


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
def test_faces_of_real_photos_are_named_where_they_are(tmp_path: Path, data: Path, browser: Browser) -> None:
    settings = read_settings(library=tmp_path / "library")
    with PhotoLibrary(settings) as library:
        library.index(sorted((data / "wider_dev").rglob("*.jpg"))[:4])
        crowded = max(range(1, 5), key=lambda number: len(library.photos.photo(number).faces))
        faces = library.photos.photo(crowded).faces
    assert len(faces) > 1
    with ServedLibrary(PhotoLibrary(settings)) as opened, serving(opened, Access(TOKEN)) as served:
        visitor = Visitor(browser, served)
        visitor.open("/photos")
        visitor.wait("document.querySelectorAll('#timeline .there').length === 4")
        visitor.leave()
        visitor.value(f"document.querySelector('#timeline a[href$=\"/photos/{crowded}\"]').click()")
        visitor.arrive(f"/photos/{crowded}")
        visitor.wait("document.querySelector('#picture').naturalWidth && document.querySelector('#figure').style.width")
        shown = visitor.value("""[...document.querySelectorAll("#boxes rect")].map((one) => {
          const { left, right } = one.getBoundingClientRect();
          const photo = document.querySelector("#picture").getBoundingClientRect();
          return [(left - photo.left) / photo.width, (right - photo.left) / photo.width]; })""")
        width = opened.library.photos.photo(crowded).photo.width
        there = [(one.face.box.left / width, one.face.box.right / width) for one in faces]
        assert np.allclose(shown, there, atol=0.01)
        for one, name in zip(faces[:2], ("Ada", "Ben"), strict=True):
            box = f"#boxes a[href='#face-{one.face.id}']"
            visitor.value(f"document.querySelector({box!r}).dispatchEvent(new MouseEvent('click', {CLICK}))")
            visitor.wait("document.querySelector('.floating input[list]') === document.activeElement")
            visitor.browser.ask("Input.insertText", text=name)
            visitor.leave()
            visitor.press("Enter")
            visitor.arrive(f"/photos/{crowded}")
        named = [one.person and one.person.name for one in opened.library.photos.photo(crowded).faces]
        assert named[:2] == ["Ada", "Ben"]
        texts = visitor.value("[...document.querySelectorAll('#boxes text')].map((one) => one.textContent)")
        assert texts[:2] == ["Ada", "Ben"]
