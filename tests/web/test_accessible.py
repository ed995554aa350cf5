"""Every page by axe-core, by keyboard and on a phone, and what it asks for; one library and browser for the file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.store.account_records import Role
from recog.web.access import Access
from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM, Browser
from tests.painted import BLUE, RED, WHITE, paint, painted_library
from tests.web.axe import findings
from tests.web.client import TOKEN
from tests.web.served import serving
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")

LIME, MINT = (200, 230, 0), (0, 230, 100)
"""Too far from red to be named Ada by distance, yet near enough for a suggestion; and near nobody."""
PAGES = [
    "/", "/people", "/people/1", "/people/1/faces", "/people/1/similar", "/people/3", "/duplicates",
    "/duplicates/photos", "/history", "/ignored", "/photos", "/photos/folders", "/photos?faces=with", "/photos/1",
    "/photos/12", "/photos/12/mark", "/albums", "/albums/1",
    "/failures", "/find", "/search", "/search?q=Ada", "/search?q=Ada%20without%20Eda",
    "/search?q=Ada%20(", "/index", "/index-folders", "/account", "/accounts", "/settings", "/map",
    "/people/99", "/nothing-is-here",
]  # fmt: skip
WIDTHS = [1440, 390]
MOST_SCRIPT = 100_000
"""Bytes of all scripts of a page together."""
MOST_STOPS = 40
"""Elements of a page that are reached by Tab."""
FOCUSED = """((one) => {
  if (one === document.body) return null;
  const seen = [one, ...(one.labels ?? [])].filter((each) => each.checkVisibility({ opacityProperty: true }));
  const outlined = seen.some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  const inside = seen.some((each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    return right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  });
  return { outlined, inside, element: one.outerHTML.slice(0, 120) };
})(document.activeElement)"""
"""Whether the element with the focus, or its label, has an outline and is in the window; null if none has the focus."""
MOVING = """[...document.querySelectorAll("*")].flatMap((one) => {
  const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
  const still = transitionDuration.split(", ").every((each) => each === "0s") && animationName === "none";
  const name = `${one.tagName} ${one.getAttribute("class") ?? ""}`.trim();
  return [...(still ? [] : [name]), ...(scrollBehavior === "smooth" ? [`${one.tagName} scrolls`] : [])];
})"""
"""Elements that change by and by, or scroll so."""


def lived_in(folder: Path) -> None:
    """Make a library in which no part of a page is empty."""
    photos = folder / "photos"
    ones = [
        paint(photos / name / f"2019-05-0{number + 1}.png", colour, noise=number)
        for name, colour, size in (("red", RED, 4), ("lime", LIME, 3), ("blue", BLUE, 3), ("mint", MINT, 1))
        for number in range(size)
    ]
    together = paint(photos / "together.png", RED, BLUE, WHITE)
    again = Path(shutil.copy(ones[0], photos / "again.png"))
    broken = photos / "broken.png"
    broken.write_text("no photo")
    with painted_library(folder / "library") as library:
        for path in [*ones, together, again, broken]:
            library.index([path])
        library.people.confirm("Ada", [1, 2], new=True)
        library.people.confirm("Eda", [3], new=True, near=True)
        library.people.confirm("Hidden", [4], new=True)
        library.people.hide("Hidden")
        library.people.ignore([14])
        library.people.match_all()
        library.albums.add("Ada", "Ada")
        library.reports.face_map()
        library.accounts.add("Vera", Role.VIEWER)
        library.accounts.withhold("Vera", "Eda")


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Visitor]:
    folder = tmp_path_factory.mktemp("lived-in")
    lived_in(folder)
    with (
        ServedLibrary(painted_library(folder / "library")) as opened,
        serving(opened, Access(TOKEN)) as served,
    ):
        yield Visitor(browser, served)


@pytest.fixture
def width(visitor: Visitor, request: pytest.FixtureRequest) -> Iterator[int]:
    """Make the window this wide."""
    shown(visitor, request.param)
    yield request.param
    visitor.browser.ask("Emulation.clearDeviceMetricsOverride")
    prefers(visitor)


def at_rest(visitor: Visitor, path: str) -> None:
    """Load a page, and wait until its scripts have laid out the photos or drawn the map."""
    visitor.open(path)
    visitor.wait("!document.querySelector('#timeline') || document.querySelector('#timeline').dataset.ready")
    visitor.wait("!document.querySelector('#plane') || document.documentElement.dataset.drawn")


def shown(visitor: Visitor, width: int) -> None:
    phone = width < 500
    visitor.browser.ask(
        "Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=phone
    )


def prefers(visitor: Visitor, **wishes: str) -> None:
    """Say what the reader prefers, such as color_scheme="dark"; nothing is said of the rest."""
    features = [{"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in wishes.items()]
    visitor.browser.ask("Emulation.setEmulatedMedia", features=features)


@pytest.mark.parametrize("width", WIDTHS, indirect=True)
def test_axe_finds_nothing_on_any_page_in_light_and_dark(visitor: Visitor, width: int) -> None:
    broken = []
    for path in PAGES:
        at_rest(visitor, path)
        for scheme in ("light", "dark"):
            prefers(visitor, color_scheme=scheme)
            broken += [f"{path} {scheme}: {one}" for one in findings(visitor)]
    assert broken == [], "\n".join(broken)


@pytest.mark.parametrize("width", [390], indirect=True)
def test_no_page_scrolls_sideways_on_a_phone(visitor: Visitor, width: int) -> None:
    wide = {}
    for path in PAGES:
        at_rest(visitor, path)
        wide[path] = visitor.value("document.documentElement.scrollWidth")
    assert {path: most for path, most in wide.items() if most > width} == {}


def test_the_scripts_of_a_page_stay_small_and_nothing_comes_from_elsewhere(visitor: Visitor) -> None:
    for path in PAGES:
        at_rest(visitor, path)
        asked = visitor.value(
            "performance.getEntriesByType('resource').map((one) => [one.name, one.transferSize, one.decodedBodySize])"
        )
        assert [name for name, *_ in asked if not name.startswith(f"{visitor.url}/")] == [], path
        scripts = {name: size for name, size, _ in asked if name.partition("?")[0].endswith(".js")}
        assert len(scripts) >= 3, path
        assert all(scripts.values()), f"{path}: a script of no size was not measured"
        assert sum(scripts.values()) < MOST_SCRIPT, (path, scripts)


def test_axe_sees_a_nameless_button_and_pale_text(visitor: Visitor) -> None:
    """The other tests would pass too if axe looked at nothing."""
    visitor.open("/people")
    visitor.value("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    visitor.value("document.querySelector('h1').style.color = '#bbb'")
    assert {one.partition(":")[0] for one in findings(visitor)} == {"button-name", "color-contrast"}


def test_axe_finds_nothing_in_what_scripts_open(visitor: Visitor) -> None:
    visitor.open("/people")
    visitor.write("#find", "Ad")
    visitor.wait("document.querySelector('.offers li')")
    assert findings(visitor) == []
    visitor.open("/photos/12")
    visitor.wait("document.documentElement.matches('.viewing')")
    visitor.value("document.querySelector('#boxes a').dispatchEvent(new MouseEvent('click', { bubbles: true }))")
    visitor.wait("document.querySelector('.floating')")
    assert findings(visitor) == []
    visitor.open("/")
    visitor.click(".pick input")
    visitor.wait("document.querySelector('#chosen').checkVisibility()")
    assert findings(visitor) == []


@pytest.mark.parametrize("width", WIDTHS, indirect=True)
def test_axe_finds_nothing_on_the_page_for_those_who_are_not_let_in(visitor: Visitor, width: int) -> None:
    visitor.browser.ask("Page.navigate", url=visitor.url.removesuffix(visitor.root) + "/people")
    visitor.wait("document.querySelector('#said') && document.readyState === 'complete'")
    for scheme in ("light", "dark"):
        prefers(visitor, color_scheme=scheme)
        assert findings(visitor) == []


@pytest.mark.parametrize("width", WIDTHS, indirect=True)
def test_what_the_keyboard_reaches_shows_that_it_has_the_focus(visitor: Visitor, width: int) -> None:
    prefers(visitor, reduced_motion="reduce")  # or the page is still on its way to the element
    unseen = []
    for path in PAGES:
        at_rest(visitor, path)
        stops = 0
        while stops < MOST_STOPS and (stop := after_tab(visitor)) is not None:
            stops += 1
            if not stop["outlined"] or not stop["inside"]:
                unseen.append((path, stop))
        assert stops >= 5, path
    assert unseen == []


def after_tab(visitor: Visitor) -> dict[str, object] | None:
    """Press Tab and describe what has the focus; None after the last element of the page."""
    for kind in ("rawKeyDown", "keyUp"):
        visitor.browser.ask(
            "Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9, nativeVirtualKeyCode=9
        )
    stop: dict[str, object] | None = visitor.value(FOCUSED)
    return stop


def test_nothing_moves_for_those_who_wish_for_less_motion(visitor: Visitor) -> None:
    moving: dict[str, set[str]] = {"reduce": set(), "no-preference": set()}
    for path in PAGES:
        at_rest(visitor, path)
        for wish, found in moving.items():
            prefers(visitor, reduced_motion=wish)
            found.update(visitor.value(MOVING))
    prefers(visitor)
    assert moving["reduce"] == set()
    assert moving["no-preference"] >= {"HTML scrolls", "SPAN"}, "or nothing was seen to move"
