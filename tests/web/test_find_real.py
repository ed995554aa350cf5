"""Find and name with the real networks on real photos, in a browser; one library and one browser for the file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recog import PhotoLibrary, read_settings
from recog.web.access import Access
from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM, Browser
from tests.web.served import serving
from tests.web.visitor import Visitor

pytestmark = [
    pytest.mark.networks,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser"),
]
PEOPLE = 6
EACH = 4
FOUND = "[...document.querySelectorAll('#timeline a[data-photo]')].map((one) => Number(one.pathname.split('/').at(-1)))"


@pytest.fixture(scope="module")
def visited(data: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[tuple[Visitor, Path]]:
    """Index four photos of each of six people in folders of their own, and serve them."""
    settings = read_settings(library=tmp_path_factory.mktemp("real") / "library")
    people = [
        folder for folder in sorted((data / "identities").glob("celeba_*")) if len(list(folder.iterdir())) >= EACH
    ]
    with PhotoLibrary(settings) as library:
        library.index([photo for folder in people[:PEOPLE] for photo in sorted(folder.iterdir())[:EACH]])
    with ServedLibrary(PhotoLibrary(settings)) as opened, serving(opened, Access("t" * 30)) as served:
        yield Visitor(browser, served), people[0]


def test_groups_are_named_and_then_found(visited: tuple[Visitor, Path]) -> None:
    visitor, folder = visited
    visitor.open("/")
    rows = visitor.value("document.querySelectorAll('.group').length")
    assert rows >= PEOPLE // 2
    for number in (1, 2):
        visitor.value("document.querySelector('.group:not(.done)').focus()")
        visitor.press("e")
        visitor.browser.ask("Input.insertText", text=f"Somebody {'One' if number == 1 else 'Two'}")
        visitor.press("Enter")
        visitor.wait(f"document.querySelectorAll('.group.done').length === {number}")
    visitor.press("Escape", "/")
    visitor.browser.ask("Input.insertText", text="one")
    visitor.wait("document.querySelectorAll('#offers li').length === 1")
    visitor.press("ArrowDown", "Enter")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/search?q=%22Somebody+One%22+")
    visitor.wait("document.querySelector('#timeline').dataset.ready")
    one = set(visitor.value(FOUND))
    assert len(one) >= 2
    visitor.open("/search?q=somebody%20two%20without%20somebody%20one")
    visitor.wait("document.querySelector('#timeline').dataset.ready")
    two = set(visitor.value(FOUND))
    assert len(two) >= 2
    assert not one & two
    visitor.open(f"/search?q=in%20{folder.name}")
    visitor.wait("document.querySelector('#timeline').dataset.ready")
    assert len(visitor.value(FOUND)) == EACH


def test_a_photo_from_elsewhere_shows_the_most_similar_faces(visited: tuple[Visitor, Path]) -> None:
    visitor, folder = visited
    visitor.open("/search")
    document = visitor.browser.ask("DOM.getDocument")["root"]["nodeId"]
    field = visitor.browser.ask("DOM.querySelector", nodeId=document, selector="#photo")["nodeId"]
    visitor.browser.ask("DOM.setFileInputFiles", nodeId=field, files=[str(min(folder.iterdir()))])
    visitor.wait("/^\\d+ faces?/.test(document.querySelector('#asked').textContent)")
    visitor.wait(
        "[...document.querySelectorAll('#named li:first-child .nearest img')].every((one) => one.naturalWidth)"
    )
    assert visitor.value("document.querySelectorAll('#named li:first-child .nearest a').length") == 8
