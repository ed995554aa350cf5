"""The pages as an installed app: what a real browser says of it, and what is left when the server has ended."""

import io
import json

import pytest
from PIL import Image

from recog.web.access import Access
from recog.web.install import SIDES
from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM, Browser
from tests.web.axe import findings
from tests.web.client import Client
from tests.web.served import serving
from tests.web.visitor import Visitor

NO_BROWSER = "no chromium on this machine: no page was opened in a browser"
in_chromium = pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)
READY = "navigator.serviceWorker.ready.then(() => true)"


def test_icons_are_drawn_in_every_size_and_keep_the_edges_free(client: Client) -> None:
    """A system may cut a tenth of each edge."""
    for side in SIDES:
        answer = client.get(f"/icons/{side}.png")
        assert answer.header("content-type") == "image/png"
        drawn = Image.open(io.BytesIO(answer.body))
        assert drawn.size == (side, side)
        ground = drawn.getpixel((0, 0))
        assert drawn.getpixel((side // 2, side * 17 // 40)) == (255, 255, 255)
        edge = side // 10 - 1
        for strip in ((0, 0, side, edge), (0, 0, edge, side), (side - edge, 0, side, side)):
            assert drawn.crop(strip).getcolors() == [(drawn.crop(strip).width * drawn.crop(strip).height, ground)]
    assert client.get("/icons/64.png").json == {"error": "there is no icon '64.png': 192.png and 512.png are"}


def test_manifest_and_worker_tell_nothing_of_the_library(client: Client) -> None:
    for path in ("/app.webmanifest", "/service-worker.js"):
        assert b"Ada" not in client.get(path).body
    assert client.get("/app.webmanifest").json["name"] == "recog"


@in_chromium
def test_a_browser_can_install_the_pages(visitor: Visitor) -> None:
    visitor.value(READY)
    visitor.open("/people")
    visitor.wait("navigator.serviceWorker.controller !== null")
    told = visitor.browser.ask("Page.getAppManifest")
    assert told["errors"] == []
    assert json.loads(told["data"])["start_url"] == "/"
    assert visitor.browser.ask("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert visitor.value("navigator.serviceWorker.controller.scriptURL") == f"{visitor.url}/service-worker.js"


@in_chromium
def test_when_the_server_has_ended_a_page_says_so_and_nothing_of_the_library_is_left(
    opened: ServedLibrary, access: Access, browser: Browser
) -> None:
    with serving(opened, access) as served:
        visitor = Visitor(browser, served)
        visitor.value(READY)
        for path in ("/people", "/people/1", "/photos/1", "/"):
            visitor.open(path)
        assert visitor.value("document.body.innerText.includes('1 person')")
    for address in (f"{visitor.url}/people/1", served.url):
        browser.ask("Page.navigate", url=address)
        visitor.wait(f"location.href === {json.dumps(address)} && document.title === 'recog is not running'")
        assert not visitor.value("document.documentElement.outerHTML.includes('Ada')")
        assert visitor.value("caches.keys()") == []
        assert findings(visitor) == []


@in_chromium
def test_beside_the_worker_another_site_leads_to_no_page(visitor: Visitor) -> None:
    """The cookie is not sent when another site leads here, and the worker changes nothing of that."""
    visitor.value(READY)
    visitor.open("/people")
    visitor.wait("navigator.serviceWorker.controller !== null")
    elsewhere = f"data:text/html,<script>location.href = {json.dumps(f'{visitor.url}/people')}</script>"
    visitor.browser.ask("Page.navigate", url=elsewhere)
    visitor.wait(f"location.pathname === {json.dumps(f'{visitor.root}/people')} && document.readyState === 'complete'")
    assert visitor.value("document.querySelector('#said') !== null && document.querySelector('.tiles') === null")
