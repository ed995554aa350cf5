"""One photo in a real browser: its neighbours, zoom, and names that are given on the photo."""

from pathlib import Path

import pytest
from PIL import Image

from tests.browser import CHROMIUM
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")

FLOATING = "document.querySelector('.floating')"
ZOOM = "Number(getComputedStyle(document.querySelector('#figure')).getPropertyValue('--zoom'))"
MIDDLE = """((one) => { const { left, top, width, height } = one.getBoundingClientRect();
  return [left + width / 2, top + height / 2]; })"""


@pytest.fixture
def dated(library: PaintedLibrary, tmp_path: Path) -> PaintedLibrary:
    """Photos 5 to 7 in the order of the timeline, before all others: nobody, then Ada, ? and ?, then a large one."""
    for name, colours in (("2043-03-03", []), ("2042-02-02", [RED, GREEN, BLUE])):
        library.index([paint(tmp_path / "more" / f"{name}.png", *colours)])
    large = tmp_path / "more" / "2041-01-01.jpg"
    Image.new("RGB", (4000, 3000)).save(large)
    library.index([large])
    library.people.match_all()
    return library


def at(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    visitor.wait("document.documentElement.matches('.viewing') && document.querySelector('#figure').style.width")


def pointed(visitor: Visitor, selector: str) -> tuple[float, float]:
    x, y = visitor.value(f"{MIDDLE}(document.querySelector({selector!r}))")
    return x, y


def clicked(visitor: Visitor, selector: str) -> None:
    """Click as a hand does: with the mouse where the element is."""
    x, y = pointed(visitor, selector)
    for kind in ("mousePressed", "mouseReleased"):
        visitor.browser.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


def touched(visitor: Visitor, *steps: list[tuple[float, float]]) -> None:
    """Put fingers down, move them from step to step, and lift them."""

    def points(step: list[tuple[float, float]]) -> list[dict[str, float]]:
        return [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(step)]

    visitor.browser.ask("Input.dispatchTouchEvent", type="touchStart", touchPoints=points(steps[0]))
    for step in steps[1:]:
        visitor.browser.ask("Input.dispatchTouchEvent", type="touchMove", touchPoints=points(step))
    visitor.browser.ask("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


def test_a_face_is_named_by_a_click_on_the_photo_and_undone(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6")
    clicked(visitor, "#boxes a[href='#face-6'] rect")
    visitor.wait(f"{FLOATING}?.id === 'face-6' && {FLOATING}.contains(document.activeElement)")
    box = visitor.value(
        f"(({{ left, top, right, bottom }}) => [left, top, right, bottom])({FLOATING}.getBoundingClientRect())"
    )
    assert min(box) >= 0
    assert box[2] <= visitor.value("innerWidth")
    assert box[3] <= visitor.value("innerHeight")
    visitor.browser.ask("Input.insertText", text="Ben")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/photos/6")
    assert [one.person and one.person.name for one in dated.photos.photo(6).faces] == ["Ada", "Ben", None]
    visitor.says("You enrolled Ben with face 6.")
    assert not visitor.value(FLOATING)
    visitor.leave()
    visitor.click("#undo")
    visitor.arrive("/photos/6")
    visitor.says("Undone: enrolled Ben with face 6.")
    assert [one.person and one.person.name for one in dated.photos.photo(6).faces] == ["Ada", None, None]


def test_a_click_beside_it_or_escape_closes_the_question(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6")
    for key in ("", "Escape"):
        clicked(visitor, "#boxes a[href='#face-7'] rect")
        visitor.wait(f"{FLOATING}?.id === 'face-7'")
        if key:
            visitor.press(key)
        else:
            clicked(visitor, ".which h1")
        visitor.wait(f"!{FLOATING}")
    assert visitor.value("location.pathname").endswith("/photos/6")


def test_all_others_are_ignored_at_once(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6")
    visitor.leave()
    visitor.click("#others button")
    visitor.arrive("/photos/6")
    assert [one.ignored for one in dated.photos.photo(6).faces] == [False, True, True]
    visitor.says("You ignored 2 faces.")
    assert visitor.value("document.querySelector('#others')") is None
    assert visitor.value("[...document.querySelectorAll('.boxes text')].map((one) => one.textContent)") == ["Ada"]


def test_keys_and_links_go_to_the_photos_beside_it_and_back(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6")
    assert visitor.value("document.querySelector('#before').pathname").endswith("/photos/5")
    visitor.leave()
    visitor.press("ArrowRight")
    visitor.arrive("/photos/7")
    visitor.wait("document.documentElement.matches('.viewing')")
    visitor.leave()
    visitor.press("ArrowLeft")
    visitor.arrive("/photos/6")
    visitor.leave()
    visitor.press("Escape")
    visitor.arrive("/photos#photo-6")
    visitor.wait("document.activeElement.pathname?.endsWith('/photos/6')")
    at(visitor, "/photos/6?faces=without")
    assert visitor.value("document.querySelector('#after').href").endswith("/photos/7?faces=without")
    at(visitor, "/photos/5?faces=with")
    assert visitor.value("document.querySelector('#before')") is None
    assert visitor.value("document.querySelector('#close').href").endswith("/photos?faces=with#photo-5")


def test_a_photo_is_zoomed_by_keys_wheel_and_buttons_and_shows_more(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/7")
    visitor.wait("document.querySelector('#picture').naturalWidth === 1600")
    fits = visitor.value(
        "(({ width, height }) => [width, height])(document.querySelector('#figure').getBoundingClientRect())"
    )
    assert fits[0] / fits[1] == pytest.approx(4 / 3, abs=0.01)
    assert fits[0] <= visitor.value("document.querySelector('#stage').clientWidth")
    visitor.press("+")
    assert visitor.value(ZOOM) == 1.5
    visitor.wait("document.querySelector('#picture').naturalWidth === 4000")
    x, y = pointed(visitor, "#stage")
    visitor.browser.ask("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-300)
    visitor.wait(f"{ZOOM} > 2")
    visitor.press("0")
    assert visitor.value(ZOOM) == 1
    visitor.click("[data-tool=in]")
    visitor.click("[data-tool=out]")
    assert visitor.value(ZOOM) == 1
    for _ in range(9):
        visitor.press("+")
    assert visitor.value(ZOOM) == 8
    visitor.press("Escape")
    assert visitor.value(ZOOM) == 1
    assert visitor.value("location.pathname").endswith("/photos/7")


def test_a_finger_swipes_and_two_zoom(visitor: Visitor, dated: PaintedLibrary) -> None:
    visitor.browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True)
    visitor.browser.ask("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    try:
        at(visitor, "/photos/6")
        visitor.leave()
        touched(visitor, [(300, 500)], [(200, 505)], [(100, 505)])
        visitor.arrive("/photos/7")
        visitor.wait("document.documentElement.matches('.viewing')")
        touched(visitor, [(150, 300), (240, 300)], [(100, 300), (290, 300)], [(60, 300), (330, 300)])
        visitor.wait(f"{ZOOM} > 2")
        touched(visitor, [(300, 300)], [(100, 300)], [(50, 300)])
        assert visitor.value("location.pathname").endswith("/photos/7"), "what is zoomed moves, and stays"
        assert "translate(-" in visitor.value("document.querySelector('#figure').style.transform")
    finally:
        visitor.browser.ask("Emulation.setTouchEmulationEnabled", enabled=False)
        visitor.browser.ask("Emulation.clearDeviceMetricsOverride")


def test_names_on_the_photo_can_be_put_away_for_good(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6")
    opacity = "getComputedStyle(document.querySelector('#boxes text')).opacity"
    assert visitor.value(opacity) == "1"
    visitor.press("f")
    assert visitor.value(opacity) == "0"
    at(visitor, "/photos/6")
    assert visitor.value(opacity) == "0"
    assert visitor.value("document.querySelector('[data-tool=names]').ariaPressed") == "false"
    visitor.click("[data-tool=names]")
    assert visitor.value(opacity) == "1"


def test_the_link_to_a_face_asks_about_it_where_it_is(visitor: Visitor, dated: PaintedLibrary) -> None:
    visitor.leave()
    visitor.browser.ask("Page.navigate", url=f"{visitor.url}/faces/7")
    visitor.arrive("/photos/6#face-7")
    visitor.wait(f"{FLOATING}?.id === 'face-7'")
    hidden = f"""(() => {{ const {{ left, top, right, bottom }} = {FLOATING}.getBoundingClientRect();
      const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return !{FLOATING}.contains(seen); }})()"""
    assert not visitor.value(hidden), "nothing lies over it"
    visitor.wait(f"{FLOATING}.querySelector('input[list]') === document.activeElement")


def test_the_toast_is_dismissed_and_stays_away(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6")
    visitor.leave()
    visitor.click("#others button")
    visitor.arrive("/photos/6")
    visitor.says("You ignored 2 faces.")
    visitor.click("#dismiss")
    assert visitor.value("document.querySelector('#last').hidden")
    visitor.press("u")
    visitor.open("/people")
    assert visitor.value("document.querySelector('#last').hidden")
    assert dated.reports.people().ignored == 2, "what is not told of is not undone by a key"


def test_after_an_undo_the_toast_tells_of_it_and_not_of_the_act_before(visitor: Visitor, dated: PaintedLibrary) -> None:
    dated.people.rename("Ada", "Ann")
    at(visitor, "/photos/6")
    visitor.leave()
    visitor.click("#others button")
    visitor.arrive("/photos/6")
    visitor.leave()
    visitor.click("#undo")
    visitor.arrive("/photos/6")
    visitor.says("Undone: ignored 2 faces.")
    assert visitor.value("document.querySelector('#undo').textContent") == "Undo the act before"
    assert visitor.value("document.querySelector('#undo').title") == "Undo: renamed Ada to Ann"


def test_whoever_was_named_meanwhile_is_not_ignored_with_the_others(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6")
    dated.people.confirm("Ben", [6], new=True)
    visitor.leave()
    visitor.click("#others button")
    visitor.arrive("/photos/6")
    visitor.says("You ignored face 7.")
    faces = dated.photos.photo(6).faces
    assert [(one.person and one.person.name, one.ignored) for one in faces[1:]] == [("Ben", False), (None, True)]
    dated.people.ignore([7], ignored=False)
    at(visitor, "/photos/6")
    dated.people.confirm("Eve", [7], new=True)
    visitor.leave()
    visitor.click("#others button")
    visitor.arrive("/photos/6")
    visitor.says("Nothing changed: these faces were named or ignored before.")


def test_a_name_that_somebody_gave_meanwhile_is_told(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6")
    dated.people.confirm("Ben", [6], new=True)
    clicked(visitor, "#boxes a[href='#face-6'] rect")
    visitor.wait(f"{FLOATING}?.id === 'face-6'")
    visitor.browser.ask("Input.insertText", text="Eve")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/photos/6")
    visitor.says("You enrolled Eve with face 6. 1 face was confirmed as somebody else until now.")


def test_a_photo_whose_file_changed_meanwhile_says_so(visitor: Visitor, dated: PaintedLibrary, tmp_path: Path) -> None:
    file = paint(tmp_path / "more" / "2042-02-02.png", GREEN)
    visitor.open("/photos/6")
    visitor.wait("document.querySelector('.lost-photo')")
    said = f"no file shows photo 6 any more: {file} holds another photo by now"
    assert visitor.value("document.querySelector('.lost-photo').textContent") == said
    assert visitor.value("document.querySelector('#figure')") is None
    clicked(visitor, "#stage")
    visitor.leave()
    visitor.press("ArrowRight")
    visitor.arrive("/photos/7")


def test_the_address_of_another_face_of_the_photo_asks_about_that_one(visitor: Visitor, dated: PaintedLibrary) -> None:
    at(visitor, "/photos/6#face-6")
    visitor.wait(f"{FLOATING}?.id === 'face-6'")
    visitor.value("location.hash = '#face-7'")
    visitor.wait(f"{FLOATING}?.id === 'face-7'")
    visitor.value("location.hash = '#face-%22]'")
    visitor.wait(f"!{FLOATING}")


def test_a_long_name_leaves_the_question_in_the_window_above_the_toast(visitor: Visitor, dated: PaintedLibrary) -> None:
    dated.people.confirm("W" * 200, [6], new=True)
    visitor.browser.ask("Emulation.setDeviceMetricsOverride", width=700, height=390, deviceScaleFactor=1, mobile=False)
    try:
        at(visitor, "/photos/6#face-6")
        visitor.wait(f"{FLOATING}?.id === 'face-6'")
        box = visitor.value(f"(({{ top, bottom }}) => [top, bottom])({FLOATING}.getBoundingClientRect())")
        assert 0 <= box[0] <= box[1] <= 390
        height = "((one) => Number(getComputedStyle(one).zIndex))"
        assert visitor.value(f"{height}({FLOATING}) > {height}(document.querySelector('#last'))")
        assert len(visitor.value("document.querySelector(\"#boxes a[href='#face-6'] text\").textContent")) == 40
    finally:
        visitor.browser.ask("Emulation.clearDeviceMetricsOverride")
