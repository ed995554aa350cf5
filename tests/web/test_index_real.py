"""Index with the real networks from the page: the first run in a browser, and the end of the server during a run."""

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from recog import PhotoLibrary, read_settings
from recog.web.access import Access
from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM, Browser
from tests.web.client import TOKEN
from tests.web.running import running_server
from tests.web.served import serving
from tests.web.visitor import Visitor

pytestmark = pytest.mark.networks


def photos_of(data: Path, folder: Path, count: int) -> Path:
    """Copy photos of the shared data to a folder."""
    folder.mkdir()
    for number, photo in enumerate(sorted((data / "wider_dev").rglob("*.jpg"))[:count]):
        shutil.copy(photo, folder / f"{number}.jpg")
    return folder


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
def test_the_first_run_is_started_and_watched_in_the_browser(tmp_path: Path, data: Path, browser: Browser) -> None:
    folder = photos_of(data, tmp_path / "photos", 3)
    settings = read_settings(library=tmp_path / "library")
    with ServedLibrary(PhotoLibrary(settings)) as opened, serving(opened, Access("t" * 30)) as served:
        opened.open_catalog()
        visitor = Visitor(browser, served)
        assert visitor.value("document.querySelector('h1').textContent") == "Welcome to recog"
        visitor.root = visitor.root.removesuffix("/index")
        visitor.url = visitor.url.removesuffix("/index")
        visitor.write("#new-folder", str(folder))
        visitor.leave()
        visitor.click(".index-form button")
        visitor.arrive("/index")
        visitor.wait("document.querySelector('.report')?.textContent.includes('3 new')")
        assert visitor.value("document.querySelector('.run h2').textContent") == "Done"
        visitor.open("/photos")
        visitor.wait("document.querySelectorAll('#timeline .there').length === 3")
        opened.runs.start([photos_of(data, tmp_path / "more", 2)])
        opened.runs.pause()
        visitor.open("/index")
        assert visitor.value("document.querySelector('#run-phase').textContent") == "Paused"
        visitor.leave()
        opened.runs.resume()  # as another page does: the events tell this one
        visitor.arrive("/index")
        visitor.wait("document.querySelector('.report')?.textContent.includes('2 at one more')")


def test_the_end_of_the_server_ends_a_run_and_keeps_what_it_counted(tmp_path: Path, data: Path) -> None:
    folder = photos_of(data, tmp_path / "photos", 8)
    token = {"Authorization": f"Bearer {TOKEN}"}
    with running_server(tmp_path / "library") as running:
        body = json.dumps({"folders": [str(folder)]})
        status, _, _ = running.ask("POST", "/api/index/start", body, Content_Type="application/json", **token)
        assert status == 200
        done = 0
        while not done:
            time.sleep(0.02)
            state = json.loads(running.ask("GET", "/api/index", **token)[2])
            assert state["phase"] in {"looking", "indexing"}, state
            done = state["done"]
        code, said = running.end(signal.SIGTERM)
    assert (code, "Traceback" in said) == (-signal.SIGTERM, False)
    with PhotoLibrary(read_settings(library=tmp_path / "library")) as library:
        kept = library.status().photos
        assert kept >= done, "what was counted is stored, although its batch was not full"
        assert library.index(folder).added == 8 - kept
        assert library.maintenance.check().ok
