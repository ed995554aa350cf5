"""A face that no detector found, drawn on its photo in a real browser: mouse, finger, keys, and without scripts."""

from pathlib import Path

import pytest

from tests.browser import CHROMIUM
from tests.painted import CELL, MISSED, RED, PaintedLibrary, paint_missed
from tests.web.client import Client
from tests.web.visitor import Visitor

browsing = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
CARD = "document.querySelector('#mark')"
LEFT, TOP, WIDTH, HEIGHT = MISSED
FIELDS = f"[...{CARD}.querySelectorAll('[type=number]')].map((one) => Number(one.value))"


@pytest.fixture
def missed(library: PaintedLibrary, tmp_path: Path) -> PaintedLibrary:
    """Add photo 5, on which a small red face is missed: red is Ada."""
    library.index([paint_missed(tmp_path / "more" / "missed.png", RED)])
    return library


def at(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    visitor.wait("document.documentElement.matches('.viewing') && document.querySelector('#figure').style.width")


def on_window(visitor: Visitor, x: float, y: float) -> tuple[float, float]:
    """Return where a pixel of the photo is in the window."""
    place = "(({ left, top, width, height }) => [left, top, width, height])"
    left, top, width, height = visitor.value(f"{place}(document.querySelector('#picture').getBoundingClientRect())")
    return left + x / (2 * CELL) * width, top + y / CELL * height


def pulled(visitor: Visitor, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Pull the mouse from one pixel of the photo to another."""
    for kind, place in (("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end)):
        x, y = on_window(visitor, *place)
        visitor.browser.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)


def named_on(library: PaintedLibrary) -> list[tuple[str | None, bool]]:
    return [(None if one.person is None else one.person.name, one.face.drawn) for one in library.photos.photo(5).faces]


@browsing
def test_a_missed_face_is_drawn_with_the_mouse_named_and_undone(visitor: Visitor, missed: PaintedLibrary) -> None:
    at(visitor, "/photos/5")
    visitor.click("[data-tool=mark]")
    pulled(visitor, (LEFT - 2, TOP - 2), (LEFT + WIDTH + 2, TOP + HEIGHT + 2))
    visitor.wait(f"{CARD}.matches('.floating:not([hidden])') && {CARD}.contains(document.activeElement)")
    assert visitor.value(FIELDS) == pytest.approx([LEFT - 2, TOP - 2, WIDTH + 4, HEIGHT + 4], abs=1)
    visitor.browser.ask("Input.insertText", text="Ben")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/photos/5")
    visitor.says("You drew face 5 of Ben.")
    (face,) = missed.photos.photo(5).faces
    assert (face.face.drawn, face.person and face.person.name) == (True, "Ben")
    assert (face.face.box.left, face.face.box.top) == (LEFT, TOP)
    assert "drawn by hand" in visitor.value("document.querySelector('#face-5').textContent")
    visitor.leave()
    visitor.click("#undo")
    visitor.arrive("/photos/5")
    assert named_on(missed) == []


@browsing
def test_it_is_drawn_by_keys(visitor: Visitor, missed: PaintedLibrary) -> None:
    """The box begins in the middle of the photo: 12.8 pixels wide at (57.6, 25.6); an arrow is 1.28 pixels."""
    at(visitor, "/photos/5")
    visitor.press("m")
    assert visitor.value("document.querySelector('#hint').hidden") is False
    shift = 8
    for key, times, modifiers in (
        ("ArrowLeft", 16, 0),
        ("ArrowUp", 17, 0),
        ("ArrowDown", 9, shift),
        ("ArrowRight", 7, shift),
    ):
        for _ in range(times):
            visitor.browser.ask("Input.dispatchKeyEvent", type="keyDown", key=key, modifiers=modifiers)
    visitor.press("Enter")
    visitor.wait(f"{CARD}.contains(document.activeElement)")
    assert visitor.value("location.pathname").endswith("/photos/5"), "the arrows move no photo"
    left, top, width, height = visitor.value(FIELDS)
    assert (left, top) == pytest.approx((57.6 - 16 * 1.28, 25.6 - 17 * 1.28), abs=1)
    assert (width, height) == pytest.approx((12.8 + 7 * 1.28, 12.8 + 9 * 1.28), abs=1)
    visitor.write("#mark [name=width]", "23")
    visitor.write("#mark [name=name]", "Ada")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/photos/5")
    assert named_on(missed) == [("Ada", True)]


@browsing
def test_escape_and_cancel_leave_the_photo_as_it_was(visitor: Visitor, missed: PaintedLibrary) -> None:
    at(visitor, "/photos/5")
    for way in ("Escape", "unmark", "m"):
        visitor.press("m")
        visitor.wait("document.querySelector('#drawn')")
        if way == "unmark":
            visitor.press("Enter")
            visitor.wait(f"{CARD}.contains(document.activeElement)")
            visitor.click("#unmark")
        else:
            visitor.press(way)
        visitor.wait(f"{CARD}.hidden && !document.querySelector('#drawn, .stage.drawing')")
    pulled(visitor, (10, 10), (60, 50))
    assert visitor.value(f"{CARD}.hidden"), "nothing is drawn unless asked for"
    assert visitor.value("location.pathname").endswith("/photos/5")


@browsing
def test_a_finger_draws_it_and_does_not_swipe(visitor: Visitor, missed: PaintedLibrary) -> None:
    visitor.browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True)
    visitor.browser.ask("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    try:
        at(visitor, "/photos/5")
        visitor.click("#missed")
        start, end = on_window(visitor, LEFT, TOP), on_window(visitor, LEFT + WIDTH, TOP + HEIGHT)
        for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
            touches = [{"x": x, "y": y} for x, y in points]
            visitor.browser.ask("Input.dispatchTouchEvent", type=kind, touchPoints=touches)
        visitor.wait(f"{CARD}.contains(document.activeElement)")
        visitor.browser.ask("Input.insertText", text="Ada")
        visitor.leave()
        visitor.press("Enter")
        visitor.arrive("/photos/5")
        assert named_on(missed) == [("Ada", True)]
    finally:
        visitor.browser.ask("Emulation.setTouchEmulationEnabled", enabled=False)
        visitor.browser.ask("Emulation.clearDeviceMetricsOverride")


@browsing
def test_without_scripts_a_form_takes_its_place(visitor: Visitor, missed: PaintedLibrary) -> None:
    visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        visitor.open("/photos/5/mark")
        for name, value in zip(("left", "top", "width", "height"), MISSED, strict=True):
            visitor.write(f".mark-form [name={name}]", str(value))
        visitor.write(".mark-form [name=name]", "Ada")
        visitor.leave()
        visitor.click(".mark-form button")
        visitor.arrive("/photos/5#face-5")
    finally:
        visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert named_on(missed) == [("Ada", True)]


def test_programs_mark_by_the_api_and_hear_what_is_wrong(client: Client, missed: PaintedLibrary) -> None:
    place = {"photo_id": 5, "left": LEFT, "top": TOP, "width": WIDTH, "height": HEIGHT}
    done = client.act("/api/mark", **place, name="Bob")
    assert (done.status, done.json["act"]["sentence"]) == (200, "drew face 5 of Bob")
    assert (done.json["result"]["added"], done.json["result"]["face"]["drawn"]) == (True, True)
    assert client.act("/api/undo").json["result"]["kind"] == "mark"
    for changed, status in (
        ({"photo_id": 99}, 404),
        ({"width": 3}, 409),
        ({"left": -1}, 422),
        ({"left": "12"}, 422),
        ({"name": ""}, 422),
        ({"name": "Adä"}, 428),
    ):
        answer = client.act("/api/mark", **{**place, "name": "Ada", **changed})
        assert (answer.status, set(answer.json)) == (status, {"error"}), changed
    assert named_on(missed) == []


@pytest.mark.parametrize("body", [b"", b"left=1", b"left=a&top=1&width=30&height=30&name=Ada", b"%ff", b"a=1&" * 50])
def test_a_form_that_is_not_filled_in_is_refused(client: Client, missed: PaintedLibrary, body: bytes) -> None:
    answer = client.post("/photos/5/mark", body, kind="application/x-www-form-urlencoded")
    assert answer.status == 422
    assert "give left, top, width and height in pixels" in answer.json["error"]
