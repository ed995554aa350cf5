"""Pages in German, and in a made-up language that is written from right to left, in a real browser.

The made-up language translates every message, so what is still English on a page was not a message.
"""

import re
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest

from documents.languages import ids_of, key_of, template
from recog.render.language import Language, languages
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM, Browser
from tests.painted import painted_library
from tests.web.client import TOKEN
from tests.web.served import answering
from tests.web.test_accessible import PAGES, at_rest, lived_in, shown
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
LONG_NAME = "Friederike Baumgartner-Hohenlohe"
WIDTHS = [1440, 390]
KEPT = re.compile(r"(%\(\w+\)s|<[^>]+>|&\w+;|[^A-Za-z<%&]+)")
ALEPH = ord("א")
CUT = """[...document.querySelectorAll("main *, .bar *, .viewer-bar *, .last *")].filter((one) => {
  const away = ".away, svg, .naming label, .group h3, .pick, .offers, .which";
  if (!one.checkVisibility() || one.closest(away)) return false;
  const kept = ["visible", "auto"].includes(getComputedStyle(one).overflowX);
  return !kept && one.scrollWidth > one.clientWidth + 1 && one.textContent.trim();
}).map((one) => one.outerHTML.slice(0, 160))"""
"""Elements whose text is cut off."""
OUTSIDE = """[...document.querySelectorAll("main *, .bar .brand, .bar nav, .bar input, footer *")].filter((one) => {
  const away = "svg, .away, .scrubber, .pick, .naming label, .group h3, .choice input, .drop input, .stage, .bar ul";
  if (!one.checkVisibility() || one.closest(away)) return false;
  const { left, right, width } = one.getBoundingClientRect();
  return width > 0 && (left < -1 || right > innerWidth + 1);
}).map((one) => one.outerHTML.slice(0, 160))"""
"""Elements that extend beyond an edge of the window."""
ENGLISH_LEFT = """(() => {
  if (document.body.textContent.includes("unexpected")) return ["a fault"];
  const own = `bdi, code, kbd, .languages, datalist, [lang=en], mark, .failure, .failed-files, .brand,
    script, style, noscript, text`;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { parentElement, data } = texts.currentNode;
    if (/[A-Za-z]{3}/.test(data) && !parentElement.closest(own)) found.push(data.trim());
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [alt]")) {
    for (const name of ["aria-label", "placeholder", "alt"]) {
      const value = one.getAttribute(name) ?? "";
      if (/[A-Za-z]{3}/.test(value) && !one.closest(own)) found.push(value);
    }
  }
  return found;
})()"""
"""Texts of the page that no message holds, apart from names, paths, keys and commands."""
NOT_WORDS = re.compile(rf"{LONG_NAME}|Ada|Eda|Hidden|UTC|[\w-]+\.png")


def mirrored(message: str) -> str:
    """Write a message in letters that run from right to left, a third longer."""
    parts = KEPT.split(message)
    said = "".join(
        part if KEPT.fullmatch(part) else "".join(chr(ALEPH + ord(one) % 22) for one in part) for part in parts
    )
    return f"{said} {'אבג ' * (len(said) // 12)}".strip()


class Mirrored(NullTranslations):
    """Translates every message."""

    def gettext(self, message: str) -> str:
        return mirrored(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return mirrored(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return message if "separator" in context else mirrored(message)


def made_up() -> Language:
    messages = [one for one in template() if one.id]
    forms = {key_of(one): [mirrored(form) for form in ids_of(one)] for one in messages}
    return Language("he", "עברית", Mirrored(), forms)


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Visitor]:
    folder: Path = tmp_path_factory.mktemp("languages")
    lived_in(folder)
    with painted_library(folder / "library") as library:
        library.people.rename("Ada", LONG_NAME)
    access, offered = Access(TOKEN), [*languages(), made_up()]
    with (
        ServedLibrary(painted_library(folder / "library")) as opened,
        answering(lambda place: create_app(opened, access=access, place=place, languages=offered), access) as served,
    ):
        yield Visitor(browser, served)


@pytest.fixture
def width(visitor: Visitor, request: pytest.FixtureRequest) -> Iterator[int]:
    """Make the window this wide."""
    shown(visitor, request.param)
    yield request.param
    visitor.browser.ask("Emulation.clearDeviceMetricsOverride")
    choose(visitor, "en")


def choose(visitor: Visitor, tag: str) -> None:
    """Choose a language by its link."""
    visitor.open("/people")
    visitor.leave()
    visitor.click(f".languages [lang={tag}]")
    visitor.arrive("/people")
    assert visitor.value("document.documentElement.lang") == tag


PAGES_IN_ENGLISH = {"/people/99", "/nothing-is-here", *(path for path in PAGES if path.startswith("/search?q="))}
"""Pages that tell the sentences of errors, and what a search was read as."""


@pytest.mark.parametrize("width", WIDTHS, indirect=True)
def test_german_pages_cut_no_name_and_fit_the_window(visitor: Visitor, width: int) -> None:
    choose(visitor, "de")
    broken = {}
    for path in PAGES:
        at_rest(visitor, path)
        assert visitor.value("document.documentElement.lang") == "de"
        broken[path] = [*visitor.value(CUT), *visitor.value(OUTSIDE)]
        if visitor.value("document.documentElement.scrollWidth") > width:
            broken[path].append("scrolls sideways")
    assert not any(broken.values()), "\n".join(f"{path} {one}" for path, found in broken.items() for one in found)


@pytest.mark.parametrize("width", WIDTHS, indirect=True)
def test_pages_mirror_themselves_and_leave_no_word_in_english(visitor: Visitor, width: int) -> None:
    choose(visitor, "he")
    broken = {}
    for path in PAGES:
        at_rest(visitor, path)
        assert visitor.value("document.documentElement.dir") == "rtl"
        broken[path] = [*visitor.value(CUT), *visitor.value(OUTSIDE)]
        if visitor.value("document.documentElement.scrollWidth") > width:
            broken[path].append("scrolls sideways")
        if path not in PAGES_IN_ENGLISH:
            left = [NOT_WORDS.sub("", text) for text in visitor.value(ENGLISH_LEFT)]
            broken[path] += [f"English: {text}" for text in left if re.search("[A-Za-z]{3}", text)]
        brand = visitor.value("document.querySelector('.bar .brand')?.getBoundingClientRect().left")
        assert brand is None or brand > width / 2, path
    assert not any(broken.values()), "\n".join(f"{path} {one}" for path, found in broken.items() for one in found)


@pytest.mark.parametrize("width", [1440], indirect=True)
def test_rows_of_photos_begin_at_the_right_and_the_years_stand_at_the_left(visitor: Visitor, width: int) -> None:
    choose(visitor, "he")
    visitor.open("/photos")
    visitor.wait("document.querySelector('.timeline.laid a')")
    first, edge, years = visitor.value("""[document.querySelector('.timeline a').getBoundingClientRect().right,
      document.querySelector('.timeline').getBoundingClientRect().right,
      document.querySelector('.scrubber').getBoundingClientRect().left]""")
    assert abs(first - edge) <= 1
    assert years <= 1
    visitor.value("document.querySelector('.timeline a').focus()")
    visitor.browser.ask("Input.dispatchKeyEvent", type="keyDown", key="ArrowLeft")
    assert visitor.value("document.activeElement.dataset.photo") == "1"
