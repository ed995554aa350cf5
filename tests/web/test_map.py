"""The map of faces in a browser: pointing shows a face, and a line around faces names or ignores them."""

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recog.web.access import Access
from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM, Browser
from tests.painted import BLUE, GREEN, RED, paint, painted_library
from tests.web.axe import findings
from tests.web.client import TOKEN
from tests.web.served import serving
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")

DRAWN = "document.documentElement.dataset.drawn"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[ServedLibrary]:
    """Five red faces, of whom one is confirmed as Ada; five blue and two green ones."""
    photos = tmp_path / "photos"
    with painted_library(tmp_path / "library") as library:
        for colour, count in ((RED, 5), (BLUE, 5), (GREEN, 2)):
            for number in range(count):
                library.index(paint(photos / f"{colour}{number}.png", colour, noise=number))
        library.people.confirm("Ada", [1], new=True)
    with ServedLibrary(painted_library(tmp_path / "library")) as opened:
        yield opened


@pytest.fixture
def visitor(browser: Browser, opened: ServedLibrary) -> Iterator[Visitor]:
    with serving(opened, Access(TOKEN)) as served:
        made = Visitor(browser, served)
        made.value("sessionStorage.clear()")
        yield made


def places(opened: ServedLibrary) -> dict[int, tuple[float, float]]:
    """Where the faces are on the map, 0 to 1, y downwards."""
    found = opened.library.reports.map_places()
    ids, x, y = (
        np.frombuffer(base64.b64decode(text), kind)
        for text, kind in ((found.face_ids, "<f8"), (found.x, "<u2"), (found.y, "<u2"))
    )
    return {int(one): (a / 65535, 1 - b / 65535) for one, a, b in zip(ids, x.tolist(), y.tolist(), strict=True)}


def on_screen(visitor: Visitor, place: tuple[float, float]) -> tuple[float, float]:
    left, top, width, height = visitor.value(
        "(({left, top, width, height}) => [left, top, width, height])"
        "(document.querySelector('#plane').getBoundingClientRect())"
    )
    inner = visitor.value(
        "[document.querySelector('#plane').clientWidth, document.querySelector('#plane').clientHeight]"
    )
    side = min(inner) * 0.94
    return left + width / 2 + (place[0] - 0.5) * side, top + height / 2 + (place[1] - 0.5) * side


def mouse(visitor: Visitor, kind: str, place: tuple[float, float]) -> None:
    x, y = place
    pressed = {"button": "left", "clickCount": 1} if kind != "mouseMoved" else {}
    visitor.browser.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, **pressed)


def lasso(visitor: Visitor, around: list[tuple[float, float]]) -> None:
    """Draw a box, 9 pixels wider than these places, with the mouse."""
    (left, top), (right, bottom) = (
        tuple(extreme(one[axis] for one in around) + pad for axis in (0, 1)) for extreme, pad in ((min, -9), (max, 9))
    )
    mouse(visitor, "mousePressed", (left, top))
    for corner in ((right, top), (right, bottom), (left, bottom)):
        visitor.browser.ask("Input.dispatchMouseEvent", type="mouseMoved", x=corner[0], y=corner[1], buttons=1)
    mouse(visitor, "mouseReleased", (left, bottom))


def test_without_a_map_the_page_tells_how_to_make_it(visitor: Visitor) -> None:
    visitor.open("/map")
    assert "There is no map yet: recog report map" in visitor.value("document.querySelector('.lead').textContent")
    assert findings(visitor) == []


def test_pointing_shows_a_face_and_a_line_around_faces_names_and_ignores_them(
    visitor: Visitor, opened: ServedLibrary
) -> None:
    opened.library.reports.face_map()
    visitor.open("/map")
    visitor.wait(f"{DRAWN} === '12'")
    visitor.value("document.querySelector('#plane').scrollIntoView({block: 'center', behavior: 'instant'})")
    where = {one: on_screen(visitor, place) for one, place in places(opened).items()}

    mouse(visitor, "mouseMoved", where[1])
    visitor.wait("!document.querySelector('#card').hidden && document.querySelector('#card img').naturalWidth > 0")
    near = visitor.value("document.querySelector('#card').href")
    assert int(near.rpartition("/")[2]) in range(1, 6), "a red face: some may lie on one point"
    assert visitor.value("document.querySelector('#card span').textContent") in {"Ada", "Nobody yet"}
    assert findings(visitor) == []

    blue = [where[one] for one in range(6, 11)]
    meant = {one for one, (x, y) in where.items()
             if min(a for a, _ in blue) - 9 < x < max(a for a, _ in blue) + 9
             and min(b for _, b in blue) - 9 < y < max(b for _, b in blue) + 9}  # fmt: skip
    lasso(visitor, blue)
    visitor.wait("document.querySelector('#chosen').checkVisibility()")
    assert (
        set(visitor.value("JSON.parse(document.querySelector('#chosen').dataset.faces)")) == meant >= set(range(6, 11))
    )
    assert findings(visitor) == []
    left_out = meant - {6, 7, 8}
    for one in left_out:
        visitor.click(f"#chosen [data-face='{one}'] input")
    visitor.leave()
    visitor.write("#map-name", "Bob")
    visitor.click("#chosen .give")
    visitor.arrive("/map")
    visitor.wait(f"{DRAWN} === '12'")
    bob = opened.library.people.person_by_number(2)
    assert {face.id for face, _ in bob.faces} >= {6, 7, 8}
    assert visitor.value("document.querySelector('#legend').textContent").count("Bob") == 1

    visitor.value("document.querySelector('#plane').scrollIntoView({block: 'center', behavior: 'instant'})")
    where = {one: on_screen(visitor, place) for one, place in places(opened).items()}
    lasso(visitor, [where[one] for one in (11, 12)])
    visitor.wait("document.querySelector('#chosen').checkVisibility()")
    chosen = set(visitor.value("JSON.parse(document.querySelector('#chosen').dataset.faces)"))
    assert chosen >= {11, 12}
    for one in chosen - {11, 12}:
        visitor.click(f"#chosen [data-face='{one}'] input")
    visitor.leave()
    visitor.click("#chosen button[data-act=ignore]")
    visitor.arrive("/map")
    visitor.wait(f"{DRAWN} === '10'")
    assert {one.id for one in opened.library.faces.ignored().faces} == {11, 12}
    visitor.leave()
    visitor.click("#undo")
    visitor.arrive("/map")
    visitor.wait(f"{DRAWN} === '12'")


def test_keys_and_buttons_do_what_the_mouse_does(visitor: Visitor, opened: ServedLibrary) -> None:
    opened.library.reports.face_map()
    visitor.open("/map")
    visitor.wait(f"{DRAWN} === '12'")
    visitor.click("#seen")
    assert visitor.value("document.querySelector('#chosen-words').textContent") == "12 faces"
    visitor.click("#choose-none")
    assert not visitor.value("document.querySelector('#chosen').checkVisibility()")
    visitor.value("document.querySelector('#plane').focus()")
    for _ in range(9):
        visitor.press("+")
    visitor.press("ArrowLeft", "ArrowUp")
    visitor.click("#seen")
    assert len(visitor.value("JSON.parse(document.querySelector('#chosen').dataset.faces)")) < 12
    view = visitor.value("sessionStorage.getItem('map-view')")
    visitor.open("/map")
    visitor.wait(f"{DRAWN} === '12'")
    visitor.press("x")
    assert visitor.value("sessionStorage.getItem('map-view')") == view
    visitor.value("document.querySelector('#plane').focus()")
    visitor.press("0")
    assert '"zoom":1,' in visitor.value("sessionStorage.getItem('map-view')")
    visitor.click("#drag-moves")
    assert visitor.value("document.querySelector('#drag-moves').ariaPressed") == "true"
