"""Name many groups fast, in a real browser: rows, choosing by Shift and by dragging, keys, and progress."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import CHROMIUM
from tests.painted import Colour, PaintedLibrary, paint
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
COLOURS: tuple[Colour, ...] = ((0, 230, 0), (230, 230, 0), (0, 230, 230), (230, 0, 230))
LIKE_ADA, LIKE_BEN = (200, 230, 0), (0, 230, 200)
"""Too far from red and from blue to get a name by distance, and near enough for a suggestion."""
CHOSEN = "[...document.querySelectorAll('.group .pick input')].map((one) => one.checked)"
WORDS = "document.querySelector('#chosen-words').textContent"
PROGRESS = "document.querySelector('#progress-words').textContent"


@pytest.fixture
def groups(library: PaintedLibrary, tmp_path: Path) -> list[tuple[int, ...]]:
    """Four groups of three faces; on the first photo is a face without a group (blue) too."""
    for place, colour in enumerate(COLOURS):
        for number in range(3):
            colours = (colour, (0, 0, 230)) if place == 0 and number == 0 else (colour,)
            paint(tmp_path / "more" / f"{place}{number}.png", *colours, noise=number)
    library.people.ignore([4])
    library.index([tmp_path / "more"])
    library.people.reject("Ada", [face.id for face, _ in library.people.person("Ada").faces if face.photo_id > 4])
    return [group.face_ids for group in library.reports.people().groups]


def drag(visitor: Visitor, *selectors: str) -> None:
    """Press the mouse on the first element, move over the others, and release it."""
    kind = "mousePressed"
    visitor.value(
        f"document.querySelector({selectors[0]!r}).scrollIntoView({{ behavior: 'instant', block: 'center' }})"
    )
    for selector in selectors:
        x, y = visitor.value(f"""(({{ left, top, width, height }}) => [left + width / 2, top + height / 2])
          (document.querySelectorAll({selector!r})[0].getBoundingClientRect())""")
        place = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
        if kind == "mousePressed":
            visitor.browser.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
            visitor.browser.ask("Input.dispatchMouseEvent", type=kind, **place)
            kind = "mouseMoved"
        else:
            visitor.browser.ask("Input.dispatchMouseEvent", type=kind, **place)
    visitor.browser.ask("Input.dispatchMouseEvent", type="mouseReleased", **place)


def rows(number: int) -> str:
    return f".group:nth-child({number}) .pick input"


def names(library: PaintedLibrary) -> dict[str, int]:
    return {person.name: person.confirmed for person in library.people.all()}


@pytest.mark.usefixtures("groups")
def test_groups_are_rows_of_which_many_are_in_the_window(visitor: Visitor) -> None:
    visitor.open("/")
    heights = visitor.value("[...document.querySelectorAll('.group')].map((one) => one.offsetHeight)")
    assert max(heights) <= 60
    visitor.press("j")
    visitor.wait("document.querySelector('.group:focus').offsetHeight > 90")


def test_chosen_groups_get_one_name_and_the_progress_grows(
    visitor: Visitor, library: PaintedLibrary, groups: list[tuple[int, ...]]
) -> None:
    visitor.open("/")
    before = visitor.value("document.querySelector('#progress').value")
    assert visitor.value(PROGRESS) == f"{before} of {before + len(groups)} groups named"
    visitor.value(f"document.querySelector({rows(1)!r}).click()")
    visitor.browser.ask("Input.dispatchKeyEvent", type="keyDown", key="Shift", modifiers=8)
    visitor.value(f"document.querySelector({rows(3)!r}).click()")
    visitor.browser.ask("Input.dispatchKeyEvent", type="keyUp", key="Shift")
    assert visitor.value(CHOSEN) == [True, True, True, False]
    assert visitor.value(WORDS) == "3 groups, 9 faces"
    left_out = f"document.querySelector('.group:nth-child(2) [data-face=\"{groups[1][0]}\"] input')"
    visitor.value(f"{left_out}.click()")
    assert visitor.value(WORDS) == "3 groups, 8 faces"
    visitor.value("document.querySelector('.group').focus()")
    visitor.press("a")
    visitor.browser.ask("Input.insertText", text="Cid")
    visitor.press("Enter")
    visitor.says("You enrolled Cid with 8 faces.")
    assert names(library)["Cid"] == 8
    assert visitor.value("document.querySelector('#chosen').hidden")
    assert visitor.value(PROGRESS) == f"{before + 3} of {before + len(groups)} groups named"
    visitor.press("Escape", "u")
    visitor.says("Undone: enrolled Cid with 8 faces.")
    assert visitor.value(PROGRESS) == f"{before} of {before + len(groups)} groups named"
    assert visitor.value("[...document.querySelectorAll('.group [data-face] input:not(:checked)')].length") == 1


def test_many_suggestions_are_accepted_and_taken_back_at_once(
    visitor: Visitor, library: PaintedLibrary, tmp_path: Path
) -> None:
    library.people.confirm("Ben", [4], new=True)
    for colour in (LIKE_ADA, LIKE_BEN):
        library.index([paint(tmp_path / f"{colour}" / f"{number}.png", colour, noise=number) for number in range(3)])
    visitor.open("/")
    asked = "[...document.querySelectorAll('#likely h3 .asked')].map((one) => one.textContent)"
    assert sorted(visitor.value(asked)) == ["Is this Ada?", "Is this Ben?"]
    visitor.click("#choose-likely")
    assert visitor.value("document.querySelector('#accept').textContent") == "Yes to the suggested names of 2 groups"
    visitor.click("#accept")
    visitor.says("You said yes to 2 groups.")
    assert names(library) == {"Ada": 4, "Ben": 4}
    visitor.click("#undo")
    visitor.says("All of it is undone.")
    assert names(library) == {"Ada": 1, "Ben": 1}
    assert sorted(visitor.value(asked)) == ["Is this Ada?", "Is this Ben?"]
    visitor.value("document.querySelector('.group').focus()")
    visitor.press("Y")
    visitor.says("You said yes to 2 groups.")
    assert names(library) == {"Ada": 4, "Ben": 4}


@pytest.fixture
def large_window(visitor: Visitor) -> Iterator[None]:
    size = {"width": 1280, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    visitor.browser.ask("Emulation.setDeviceMetricsOverride", **size)
    yield
    visitor.browser.ask("Emulation.clearDeviceMetricsOverride")


@pytest.mark.usefixtures("groups", "large_window")
def test_dragging_chooses_groups(visitor: Visitor) -> None:
    visitor.open("/")
    drag(visitor, rows(2), rows(3), rows(4))
    assert visitor.value(CHOSEN) == [False, True, True, True]
    drag(visitor, rows(3), rows(4))
    assert visitor.value(CHOSEN) == [False, True, False, False]
    visitor.press("Escape")
    assert not any(visitor.value(CHOSEN))


def test_dragging_chooses_faces(visitor: Visitor, library: PaintedLibrary, tmp_path: Path) -> None:
    library.index([paint(tmp_path / "more" / "green.png", COLOURS[0])])
    visitor.open("/")
    drag(visitor, "#alone li:nth-child(1) img", "#alone li:nth-child(2) img")
    assert visitor.value("[...document.querySelectorAll('#alone input:checked')].length") == 2


@pytest.mark.usefixtures("groups")
def test_keys_choose_leave_out_ignore_and_go_on(visitor: Visitor, library: PaintedLibrary) -> None:
    visitor.open("/")
    visitor.press("j", "x")
    assert visitor.value(CHOSEN) == [True, False, False, False]
    visitor.press("J", "J")
    assert visitor.value(CHOSEN) == [True, True, True, False]
    visitor.press("x", "1", "i")
    visitor.says("You ignored 2 faces.")
    assert visitor.value("document.activeElement.matches('.group:nth-child(4)')")
    assert len(library.context.catalog.people.ignored_faces()) == 1 + 2, "the sea's, and two of three"


def test_everybody_else_on_the_photos_of_a_named_group_is_ignored(
    visitor: Visitor, library: PaintedLibrary, groups: list[tuple[int, ...]]
) -> None:
    photo = next(detail for detail in map(library.photos.photo, range(5, 17)) if len(detail.faces) == 2)
    first, other = (one.face.id for one in photo.faces)
    place = next(number for number, group in enumerate(groups, start=1) if first in group)
    visitor.open("/")
    assert visitor.value("document.querySelectorAll('.others').length") == 1
    visitor.write(f".group:nth-child({place}) input[list]", "Cid")
    visitor.press("Enter")
    visitor.says("You enrolled Cid with 3 faces.")
    visitor.click(".group.done .outcome .others")
    visitor.says(f"You ignored face {other}.")
    assert library.context.catalog.people.ignored_faces() == {4, other}
    visitor.click("#undo")
    visitor.says(f"Undone: ignored face {other}.")
    visitor.click("#undo")
    visitor.says("Undone: enrolled Cid with 3 faces.")
    assert visitor.value(f"document.querySelector('.group:nth-child({place}) input[list]').checkVisibility()")
