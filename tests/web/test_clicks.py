"""How many clicks, drags and keys the tasks of docs/explanation/clicks.md take, and whether the page tells them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import CHROMIUM
from tests.docs.texts import DOCS
from tests.painted import BLUE, RED, PaintedLibrary, paint
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
CLICK, DRAG, KEY, THINK = 1.3, 2.4, 0.28, 1.35
"""Seconds of the keystroke-level model."""
NAME = "Caroline"
TABLE = (DOCS / "explanation" / "clicks.md").read_text(encoding="utf-8")


class Hand:
    """Drives a browser as a hand does, and counts."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.clicks = self.drags = self.keys = 0

    def click(self, selector: str) -> None:
        x, y = self._middle(selector)
        self._mouse("mousePressed", x, y)
        self._mouse("mouseReleased", x, y)
        self.clicks += 1

    def drag(self, selector: str) -> None:
        x, y = self._middle(selector)
        self._mouse("mousePressed", x - 40, y - 40)
        self._mouse("mouseMoved", x + 40, y + 40)
        self._mouse("mouseReleased", x + 40, y + 40)
        self.drags += 1

    def type(self, *keys: str) -> None:
        self.visitor.press(*keys)
        self.keys += len(keys)

    def told(self) -> str:
        """Write the counts and the seconds as the table does."""
        counts = ((self.clicks, "click"), (self.drags, "drag"), (self.keys, "key"))
        parts = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts if number]
        seconds = CLICK * self.clicks + DRAG * self.drags + KEY * self.keys + THINK
        return f"{', '.join(parts)}: {seconds:.0f} s"

    def _middle(self, selector: str) -> tuple[float, float]:
        x, y = self.visitor.value(
            f"(({{ left, top, width, height }}) => [left + width / 2, top + height / 2])"
            f"(document.querySelector({selector!r}).getBoundingClientRect())"
        )
        return x, y

    def _mouse(self, kind: str, x: float, y: float) -> None:
        place = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
        self.visitor.browser.ask("Input.dispatchMouseEvent", type=kind, **place)


@pytest.fixture
def hand(visitor: Visitor) -> Iterator[Hand]:
    size = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    visitor.browser.ask("Emulation.setDeviceMetricsOverride", **size)
    yield Hand(visitor)
    visitor.browser.ask("Emulation.clearDeviceMetricsOverride")


def in_table(task: str) -> str:
    """Return what the table says of recog and a task."""
    found = re.search(rf"^\| {re.escape(task)}[^|]*\| ([^|]*) \|", TABLE, re.MULTILINE)
    assert found is not None, task
    return found[1]


def test_photos_of_two_people_are_found(hand: Hand, library: PaintedLibrary, tmp_path: Path) -> None:
    library.people.confirm("Ben", [4], new=True)
    library.index([paint(tmp_path / "both.png", RED, BLUE)])
    hand.visitor.open("/people")
    hand.visitor.leave()
    hand.type("/", *"ada and ben", "Enter")
    hand.visitor.wait("document.querySelector('.tally')?.textContent === '1 photo'")
    assert hand.told() == in_table("Find all photos")


def test_a_missed_face_gets_a_name(hand: Hand, library: PaintedLibrary) -> None:
    hand.visitor.open("/photos/4")
    hand.visitor.wait("document.documentElement.matches('.viewing')")
    hand.click("[data-tool=mark]")
    hand.drag("#picture")
    hand.visitor.wait("document.activeElement.id === 'mark-name'")
    hand.visitor.leave()
    hand.type(*NAME, "Enter")
    hand.visitor.wait(f"document.querySelector('#faces')?.textContent.includes('{NAME}')")
    assert hand.told() == in_table("Add a missed face")


def test_an_album_of_a_person_is_taken_along(hand: Hand) -> None:
    hand.visitor.open("/")
    hand.visitor.leave()
    hand.click(".bar a[href$='/people']")
    hand.visitor.arrive("/people")
    hand.visitor.leave()
    hand.click(".tile a")
    hand.visitor.arrive("/people/1")
    assert hand.visitor.value("document.querySelector('a[href$=\"photos.zip\"]').hasAttribute('download')")
    hand.click("a[href$='photos.zip']")
    assert hand.told() == in_table("Make an album")
