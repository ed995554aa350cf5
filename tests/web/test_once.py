"""Double clicks, held keys and stale pages: nothing is done twice, and nothing else is undone."""

import json
from pathlib import Path

import pytest

from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint
from tests.web.holding import held
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")

SENT = "window.sent.length"
"""The number of requests that the page has sent to the API since `count` was called."""


def count(visitor: Visitor) -> None:
    """Record the addresses that the page requests from now on; the requests are still sent."""
    visitor.value("""void (window.sent = [], window.really = window.fetch,
      window.fetch = (...given) => { window.sent.push(given[0]); return window.really(...given); })""")


def kinds(library: PaintedLibrary) -> list[str]:
    """Return the kinds of acts that are not undone, the latest first."""
    return [act.kind for act in library.people.history().acts if act.undone_at is None]


def double_click(visitor: Visitor, selector: str) -> None:
    """Click twice at one place, as a mouse does, whatever is there by the second click."""
    visitor.value(f"document.querySelector({selector!r}).scrollIntoView({{ block: 'center', behavior: 'instant' }})")
    box = visitor.value(f"JSON.parse(JSON.stringify(document.querySelector({selector!r}).getBoundingClientRect()))")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for clicks in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            visitor.browser.ask(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=clicks, buttons=1
            )
        visitor.wait("!document.querySelector('[aria-busy]')")


def hold(visitor: Visitor, key: str, text: str) -> None:
    """Press a key, let it repeat each time that the page is at rest, then release it."""
    for repeated in (False, True, True):
        visitor.browser.ask("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, autoRepeat=repeated)
        visitor.wait("!document.querySelector('[aria-busy]')")
    visitor.browser.ask("Input.dispatchKeyEvent", type="keyUp", key=key)


def test_while_an_act_is_on_its_way_another_click_sends_nothing(
    visitor: Visitor, library: PaintedLibrary, opened: ServedLibrary
) -> None:
    visitor.open("/people/1/faces")
    count(visitor)
    with opened.act_lock:
        for _ in range(3):
            visitor.click(".asked-of .yes")
        visitor.press("j", "j", "y", "y")
        visitor.wait("document.querySelectorAll('[aria-busy]').length === 2")
        assert visitor.value(SENT) == 2, "one an item, of two items"
    visitor.wait("!document.querySelector('[aria-busy]')")
    assert kinds(library) == ["confirm", "confirm", "enrol"]


def test_the_second_click_of_a_double_click_answers_no_other_question(
    visitor: Visitor, library: PaintedLibrary
) -> None:
    visitor.open("/people/1/faces")
    double_click(visitor, ".asked-of .yes")
    visitor.says("You confirmed face 2 as Ada.")
    assert kinds(library) == ["confirm", "enrol"], "the next face has moved below the pointer"


@pytest.fixture
def said_twice(visitor: Visitor, library: PaintedLibrary) -> None:
    """Confirm two faces, each by its own act."""
    visitor.open("/people/1/faces")
    for _ in range(2):
        visitor.click(".asked-of li:not(.done) .yes")
        visitor.wait("document.querySelectorAll('.asked-of .done').length && !document.querySelector('[aria-busy]')")
    assert kinds(library) == ["confirm", "confirm", "enrol"]


@pytest.mark.usefixtures("said_twice")
def test_a_double_click_undoes_one_act(visitor: Visitor, library: PaintedLibrary) -> None:
    double_click(visitor, "#undo")
    visitor.wait("document.querySelector('#did').textContent.startsWith('Undone')")
    assert kinds(library) == ["confirm", "enrol"]


@pytest.mark.usefixtures("said_twice")
def test_a_key_that_is_held_undoes_one_act(visitor: Visitor, library: PaintedLibrary) -> None:
    visitor.value("document.querySelector('#undo').focus()")
    hold(visitor, "Enter", "\r")
    visitor.wait("document.querySelector('#did').textContent.startsWith('Undone')")
    assert kinds(library) == ["confirm", "enrol"]


def test_a_key_that_is_held_in_a_field_names_once(visitor: Visitor, library: PaintedLibrary) -> None:
    visitor.click("#alone input[value='4']")
    visitor.write("#alone-name", "Sea")
    hold(visitor, "Enter", "\r")
    visitor.says("You enrolled Sea with face 4.")
    assert visitor.value("document.querySelector('#undo').checkVisibility()")


def test_a_button_that_leads_to_another_page_acts_once(
    visitor: Visitor, library: PaintedLibrary, tmp_path: Path
) -> None:
    """The old page is still there while the new one comes."""
    library.index([paint(tmp_path / "more" / "three.png", RED, GREEN, BLUE)])
    visitor.open("/photos/5")
    count(visitor)
    visitor.value("void (sessionStorage.twice = '')")
    visitor.value(
        "void addEventListener('pagehide', () => { sessionStorage.twice = window.sent.join(' ');"
        " document.querySelector('#face-6 .quiet').click(); sessionStorage.twice = window.sent.join(' '); })"
    )
    visitor.leave()
    visitor.click("#face-6 .quiet")
    visitor.arrive("/photos/5")
    assert visitor.value("sessionStorage.twice") == f"{visitor.root}/api/ignore"
    assert visitor.value("document.activeElement.id") == "face-6", "the focus is where it was"
    assert visitor.value("document.querySelector('#spoken').textContent") == "You ignored face 6."


def test_a_page_that_is_old_says_whose_faces_it_takes(visitor: Visitor, library: PaintedLibrary) -> None:
    library.people.confirm("Ben", [4], new=True)
    library.people.undo()
    visitor.open("/")
    library.people.confirm("Ben", [4], new=True)
    visitor.click("#alone input[value='4']")
    visitor.write("#alone-name", "Sea")
    visitor.press("Enter")
    visitor.says("You enrolled Sea with face 4. 1 face was confirmed as somebody else until now.")


def test_a_page_of_somebody_who_was_erased_says_so_and_shows_nobody_again(
    visitor: Visitor, library: PaintedLibrary
) -> None:
    visitor.open("/people/1/faces")
    library.people.forget("Ada")
    visitor.click(".asked-of .yes")
    visitor.wait("document.querySelector('#last').matches('.failed')")
    assert visitor.value("document.querySelector('#did').textContent.startsWith('nobody is called')")
    assert visitor.value(f"fetch('{visitor.root}/faces/1.jpg').then((answer) => answer.status)") == 404
    visitor.open("/find")
    visitor.value("history.back()")
    visitor.wait("document.querySelector('h1')?.innerText === 'Nothing is here'")


def test_the_photo_that_was_given_last_is_the_one_that_is_told(
    visitor: Visitor, opened: ServedLibrary, tmp_path: Path
) -> None:
    visitor.open("/find")
    document = visitor.browser.ask("DOM.getDocument")["root"]["nodeId"]
    field = visitor.browser.ask("DOM.querySelector", nodeId=document, selector="#photo")["nodeId"]
    count(visitor)
    with held(opened.library, "identify"):  # delays the first answer
        for number, colours in enumerate([(RED, BLUE), (GREEN,)], start=1):
            photo = paint(tmp_path / f"{number}.png", *colours)
            visitor.browser.ask("DOM.setFileInputFiles", nodeId=field, files=[str(photo)])
            visitor.wait(f"{SENT} === {number}")
    visitor.wait("document.querySelector('#asked').textContent === '1 face is on it'")
    assert visitor.value("document.querySelectorAll('#named > li, #boxes rect').length") == 2


def test_a_file_that_is_too_large_is_not_sent(visitor: Visitor, tmp_path: Path) -> None:
    visitor.open("/find")
    count(visitor)
    visitor.value("void (document.querySelector('#drop').dataset.most = '100')")
    photo = paint(tmp_path / "one.png", RED)
    document = visitor.browser.ask("DOM.getDocument")["root"]["nodeId"]
    field = visitor.browser.ask("DOM.querySelector", nodeId=document, selector="#photo")["nodeId"]
    visitor.browser.ask("DOM.setFileInputFiles", nodeId=field, files=[str(photo)])
    visitor.wait("document.querySelector('#asked').textContent.startsWith('This file is larger than')")
    assert visitor.value(SENT) == 0


def test_a_browser_that_is_not_let_in_is_told_where_to_go(visitor: Visitor) -> None:
    """Under another name of the host the browser has no cookie; the page does not violate its own policy."""
    address = visitor.url.removesuffix(visitor.root).replace("127.0.0.1", "localhost")
    visitor.browser.ask("Page.navigate", url=f"{address}/people")
    visitor.wait("document.querySelector('#said')?.textContent.startsWith('Open the address that')")
    visitor.wait("getComputedStyle(document.body).maxWidth === '544px'")
    visitor.browser.ask("Page.navigate", url=f"{address}{visitor.root}/people")
    visitor.wait("location.pathname.endsWith('/people') && document.querySelector('#said')")
    visitor.browser.ask("Page.navigate", url=f"{address}/#used-before")
    visitor.wait("document.querySelector('#said')?.textContent.startsWith('This address was used before')")
    visitor.wait(f"location.href === {json.dumps(f'{address}/')}")
    log = visitor.browser.log.read_text(encoding="utf-8", errors="replace")
    assert "Content Security Policy" not in log


def test_a_browser_that_was_let_in_finds_back_from_the_plain_address(visitor: Visitor) -> None:
    """The page of a server that has ended does not redirect in circles."""
    visitor.leave()
    visitor.browser.ask("Page.navigate", url=visitor.url.removesuffix(visitor.root))
    visitor.arrive("/")
    for stale in ("/s/of-an-earlier-run/", "//evil.test/", "https://evil.test/s/x/", "javascript:alert(1)"):
        visitor.value(f"localStorage.setItem('first', {json.dumps(stale)})")
        visitor.browser.ask("Page.navigate", url=visitor.url.removesuffix(visitor.root))
        there = stale if stale.startswith("/s/") else "/"
        visitor.wait(f"location.pathname === {json.dumps(there)} && document.readyState === 'complete'")
        visitor.wait("document.querySelector('#said').textContent.startsWith('Open the address')")
