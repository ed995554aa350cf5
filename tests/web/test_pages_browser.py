"""The pages in a real browser: clicks reach the catalog, undo takes them back, and names are escaped."""

from pathlib import Path

import pytest

from recog.store.writer_lock import WriterLock
from tests.browser import CHROMIUM
from tests.painted import BLUE, GREEN, RED, Colour, PaintedLibrary, paint
from tests.web.visitor import Visitor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")

HOSTILE = '<img src=x onerror=alert(1)>"\u202e'
SHOWN = '<img src=x onerror=alert(1)>"'
"""HOSTILE as the library stores it, without invisible characters."""
LIME = (200, 230, 0)
"""Too far from red to be named Ada by distance, and near enough for a suggestion."""
TEAL = (0, 230, 200)
"""Near no other colour."""
UNDONE = "!document.querySelector('main .done, main .answered:has(.asked), .outcome')"

CONTRAST = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => channels(colour).slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour.startsWith("rgb(") ? colour : behind(element.parentElement);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest("svg, .away")) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
    if ((one + 0.05) / (other + 0.05) < 4.5) poor.push([texts.currentNode.data, element.className]);
  }
  return poor;
}"""
"""Return the texts of a page whose contrast with their background is below 4.5."""
CUT_OFF = """[...document.querySelectorAll("main *")].filter((one) => one.checkVisibility() &&
  !one.closest("svg, .away") && one.getBoundingClientRect().right > innerWidth).map((one) => one.outerHTML)"""
"""Elements that extend beyond the right edge of the page."""

DROP = """fetch(document.querySelector(".brand").href + "photos/1.jpg").then((one) => one.blob()).then((blob) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([blob], "red.jpg"));
  document.querySelector("#drop").dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true }));
})"""
"""Drop a photo on the page."""


@pytest.fixture
def more(library: PaintedLibrary, tmp_path: Path) -> "More":
    return More(library, tmp_path / "more")


class More:
    """Paint more photos into the library, three of one face with each call."""

    def __init__(self, library: PaintedLibrary, folder: Path) -> None:
        self.library = library
        self.folder = folder

    def __call__(self, *colours: Colour) -> None:
        for place, colour in enumerate(colours):
            for number in range(3):
                self.library.index([paint(self.folder / f"{colour}{place}{number}.png", colour, noise=number)])


def confirmed(library: PaintedLibrary, name: str) -> list[int]:
    return sorted(face.id for face, _ in library.people.person(name).faces if face.squared_distance is None)


def names(library: PaintedLibrary) -> list[str]:
    return [person.name for person in library.people.all()]


def test_a_group_is_named_by_one_click_and_undone_by_another(
    visitor: Visitor, library: PaintedLibrary, more: More
) -> None:
    more(GREEN)
    visitor.open("/")
    visitor.write("#g1-name", "Ben")
    assert visitor.value("document.querySelector('.give').textContent") == "New person"
    visitor.press("Enter")
    visitor.says("You enrolled Ben with 3 faces.")
    assert confirmed(library, "Ben") == [5, 6, 7]
    assert visitor.value("document.querySelector('.done').innerText") == "You enrolled Ben with 3 faces."
    visitor.click("#undo")
    visitor.says("Undone: enrolled Ben with 3 faces.")
    assert names(library) == ["Ada"]
    assert visitor.value(f"{UNDONE} && document.querySelector('#g1-name').checkVisibility()")


def test_a_face_that_is_left_out_gets_no_name(visitor: Visitor, library: PaintedLibrary, more: More) -> None:
    more(GREEN)
    visitor.open("/")
    visitor.click("input[value='6']")
    visitor.write("#g1-name", " ADA")
    assert visitor.value("document.querySelector('.give').textContent") == "Name"
    visitor.click(".give")
    visitor.says("You confirmed 2 faces as Ada.")
    assert confirmed(library, "Ada") == [1, 5, 7]


def test_no_asks_for_a_name_instead_and_keys_do_all_of_it(
    visitor: Visitor, library: PaintedLibrary, more: More
) -> None:
    more(LIME)
    visitor.open("/")
    assert visitor.value("document.querySelector('#likely h3').innerText") == "Is this Ada?"
    visitor.press("j", "n")
    visitor.says("You said that 3 faces are not Ada.")
    assert visitor.value("document.querySelector('#likely h3').innerText") == "Who is this?"
    assert not visitor.value("document.querySelector('#likely .yes').checkVisibility()")
    visitor.press("e")
    visitor.browser.ask("Input.insertText", text="Cid")
    visitor.press("Enter")
    visitor.says("You enrolled Cid with 3 faces.")
    visitor.press("Escape", "u")
    visitor.says("Undone: enrolled Cid with 3 faces.")
    visitor.press("u")
    visitor.says("Undone: said that 3 faces are not Ada.")
    assert visitor.value(UNDONE)
    visitor.browser.ask("Input.dispatchKeyEvent", type="keyDown", key="y", text="y", autoRepeat=True)
    assert visitor.value(f"{UNDONE} && !document.querySelector('[aria-busy]')"), (
        "a key that is held down answers nothing"
    )
    visitor.press("y")
    visitor.says("You confirmed 3 faces as Ada.")
    assert confirmed(library, "Ada") == [1, 5, 6, 7]
    assert visitor.value("document.activeElement.getAttribute('aria-label')") == "Faces that are alone"


def test_lone_faces_are_picked_and_named_or_ignored(visitor: Visitor, library: PaintedLibrary) -> None:
    visitor.click("#alone .quiet")
    visitor.says("No face is chosen: pick one first.")
    assert visitor.value("document.querySelector('#last').matches('.failed')")
    visitor.click("#alone input[value='4']")
    visitor.click("#alone .quiet")
    visitor.says("You ignored face 4.")
    assert library.reports.people().ignored == 1
    assert not visitor.value("document.querySelector('#alone li').checkVisibility()")
    visitor.click("#undo")
    visitor.says("Undone: ignored face 4.")
    assert library.reports.people().ignored == 0
    assert visitor.value("document.querySelector('#alone li').checkVisibility()")


def test_doubtful_faces_are_said_one_by_one_or_all_at_once(visitor: Visitor, library: PaintedLibrary) -> None:
    visitor.open("/people/1/faces")
    visitor.press("j", "n")
    visitor.says("You said that face 2 is not Ada.")
    assert [face.id for face, _ in library.people.person("Ada").faces] == [1, 3]
    visitor.click(".all > button")
    visitor.says("You confirmed face 3 as Ada.")
    assert confirmed(library, "Ada") == [1, 3]
    assert not visitor.value("document.querySelector('.all').checkVisibility()")


def test_a_confirmed_face_is_picked_and_given_to_somebody_else(visitor: Visitor, library: PaintedLibrary) -> None:
    library.people.confirm("Ada", [2, 4])
    visitor.open("/people/1/faces")
    visitor.click("#confirmed input[value='4']")
    visitor.write("#other", "Sea")
    visitor.press("Enter")
    visitor.says("You enrolled Sea with face 4.")
    assert confirmed(library, "Ada") == [1, 2]
    assert visitor.value("[...document.querySelectorAll('#names option')].map((one) => one.value)") == ["Ada", "Sea"]


def test_a_person_is_renamed_merged_and_hidden_and_the_next_page_undoes_it(
    visitor: Visitor, library: PaintedLibrary
) -> None:
    library.people.confirm("Sea", [4], new=True)
    visitor.open("/people/1/faces")
    visitor.click("summary")
    visitor.write("#rename", "Ada Byron")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/people/1")
    assert visitor.value("document.querySelector('h1').innerText") == "Ada Byron"
    assert visitor.value("document.querySelector('#did').textContent") == "You renamed Ada to Ada Byron."
    visitor.leave()
    visitor.click("#undo")
    visitor.arrive("/people/1")
    assert names(library) == ["Ada", "Sea"]
    visitor.open("/people/2")
    visitor.click("summary")
    visitor.write("#merge", "Ada")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/people/1")
    assert confirmed(library, "Ada") == [1, 4]
    visitor.leave()
    visitor.click("[data-act='hide']")
    visitor.arrive("/people/1")
    visitor.open("/people")
    assert visitor.value("document.querySelector('.tiles')") is None
    visitor.leave()
    visitor.click("[data-act='hide']")
    visitor.arrive("/people")
    assert names(library) == ["Ada"]


def test_a_name_that_somebody_nearly_has_is_asked_about_and_pressing_again_makes_somebody_else(
    visitor: Visitor, library: PaintedLibrary
) -> None:
    library.people.confirm("Ada", [2])
    library.people.confirm("kiliç", [4], new=True)
    visitor.open("/people/1/faces")
    visitor.click("#confirmed input[value='2']")
    visitor.write("#other", "KILIÇ")
    visitor.press("Enter")
    visitor.says("nobody is called 'KILIÇ'; did you mean 'kiliç'? Press again for somebody else.")
    assert len(names(library)) == 2
    visitor.press("Enter")
    visitor.says("You enrolled KILIÇ with face 2.")
    assert confirmed(library, "KILIÇ") == [2]
    assert confirmed(library, "Kiliç") == [4]


def test_a_merged_pair_closes_and_the_pairs_of_who_is_gone_say_so(visitor: Visitor, library: PaintedLibrary) -> None:
    for name, face_id in (("Adda", 2), ("Adah", 3)):
        library.people.confirm(name, [face_id], new=True)
    visitor.open("/duplicates")
    pairs = "[...document.querySelectorAll('.pair')].map((one) => JSON.parse(one.dataset.labels).join(' '))"
    assert sorted(visitor.value(pairs)) == ["Ada Adah", "Ada Adda", "Adda Adah"]
    visitor.click("[data-labels*='Adda'][data-labels*='Ada\"'] .yes")
    visitor.says("You merged Adda into Ada, 1 face.")
    assert confirmed(library, "Ada") == [1, 2]
    outdated = "[...document.querySelectorAll('.outdated')].map((one) => one.dataset.labels)"
    assert visitor.value(outdated) == ['["Adda", "Adah"]']
    visitor.click("#undo")
    visitor.says("Undone: merged Adda into Ada, 1 face.")
    assert visitor.value(f"{UNDONE} && !document.querySelector('.outdated')")
    visitor.click("[data-labels*='Adda'][data-labels*='Adah'] .no")
    visitor.says("You said that Adda and Adah are two people.")


def test_undo_takes_back_what_it_says_and_not_what_another_process_did_since(
    visitor: Visitor, library: PaintedLibrary
) -> None:
    visitor.click("#alone input[value='4']")
    visitor.click("#alone .quiet")
    visitor.says("You ignored face 4.")
    library.people.rename("Ada", "Ann")
    visitor.click("#undo")
    visitor.says("Undone: ignored face 4.")
    assert names(library) == ["Ann"]
    assert library.reports.people().ignored == 0


def test_what_another_process_built_on_since_stays_and_the_page_says_why(
    visitor: Visitor, library: PaintedLibrary
) -> None:
    visitor.click("#alone input[value='4']")
    visitor.click("#alone .quiet")
    visitor.says("You ignored face 4.")
    library.people.confirm("Ada", [4])
    visitor.click("#undo")
    visitor.says(
        "act 2 (ignore) cannot be undone alone, because act 3 (confirm) changed the same faces or people later: "
        "undo act 3 first"
    )
    assert confirmed(library, "Ada") == [1, 4]


def test_while_another_process_writes_the_page_says_so_and_changes_nothing(
    visitor: Visitor, library: PaintedLibrary
) -> None:
    visitor.click("#alone input[value='4']")
    with WriterLock(library.context.settings.library):
        visitor.click("#alone .quiet")
        visitor.wait("document.querySelector('#did').textContent.includes('is writing')")
    assert library.reports.people().ignored == 0
    visitor.click("#alone .quiet")
    visitor.says("You ignored face 4.")


def test_a_photo_says_who_is_on_it_and_takes_the_answer(
    visitor: Visitor, library: PaintedLibrary, tmp_path: Path
) -> None:
    library.index([paint(tmp_path / "more" / "three.png", RED, GREEN, BLUE)])
    library.people.match_all()
    visitor.leave()
    visitor.browser.ask("Page.navigate", url=f"{visitor.url}/faces/6")
    visitor.arrive("/photos/5#face-6")
    texts = "[...document.querySelectorAll('.boxes text')].map((one) => one.textContent)"
    assert visitor.value(texts) == ["Ada", "?", "?"]
    assert visitor.value("document.querySelector('.photo img').naturalWidth") == 192
    visitor.write("#face-6-name", "Ben")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/photos/5#face-6")
    assert visitor.value("document.querySelector('#face-6 h3').innerText") == "Ben"
    assert visitor.value(texts) == ["Ada", "Ben", "?"]
    assert confirmed(library, "Ben") == [6]


def test_a_photo_from_elsewhere_is_named_and_not_kept(
    visitor: Visitor, library: PaintedLibrary, tmp_path: Path
) -> None:
    library.people.rename("Ada", HOSTILE)
    visitor.open("/find")
    photo = paint(tmp_path / "elsewhere.png", RED, BLUE)
    document = visitor.browser.ask("DOM.getDocument")["root"]["nodeId"]
    field = visitor.browser.ask("DOM.querySelector", nodeId=document, selector="#photo")["nodeId"]
    visitor.browser.ask("DOM.setFileInputFiles", nodeId=field, files=[str(photo)])
    visitor.wait("document.querySelector('#asked').textContent === '2 faces, from left to right'")
    said = visitor.value("[...document.querySelectorAll('#named > li')].map((one) => one.innerText)")
    assert said[0].startswith(f"{SHOWN}, ")
    assert said[1].startswith(f"Nobody you named; the nearest is {SHOWN}, ")
    assert visitor.value("document.querySelectorAll('#boxes rect').length") == 2
    visitor.wait("document.querySelector('#picture').width === 128 && !document.querySelector('#shown').hidden")
    assert library.status().photos == 4
    visitor.value(DROP)
    visitor.wait("document.querySelector('#asked').textContent === '1 face is on it'")
    (tmp_path / "no.png").write_text("no photo")
    visitor.browser.ask("DOM.setFileInputFiles", nodeId=field, files=[str(tmp_path / "no.png")])
    visitor.wait("document.querySelector('#asked').textContent.includes('photo')")
    visitor.wait("document.querySelector('#shown').hidden && !document.querySelector('#named li')")


@pytest.fixture
def hostile(visitor: Visitor, library: PaintedLibrary, more: More, tmp_path: Path) -> list[str]:
    """Return the paths of all pages of a library with hostile names, in which no part of a page is empty."""
    more(LIME, BLUE)
    library.index([paint(tmp_path / "more" / "<script>alert(1)<script>.png", RED, TEAL)])
    library.people.rename("Ada", HOSTILE)
    library.people.confirm(f"{HOSTILE} 2", [2], new=True)
    library.people.confirm("Hidden <b>", [3], new=True)
    library.people.hide("Hidden <b>")
    (tmp_path / "more" / "no <b>photo.png").write_text("no photo")
    library.index([tmp_path / "more"])
    return [
        "/", "/people", "/people/1", "/people/1/faces", "/people/1/similar", "/duplicates", "/duplicates/photos",
        "/history", "/ignored", "/photos/11", "/find", "/people/99",
        "/photos", "/photos/folders", "/failures", "/index", "/photos?faces=with&folder=/nowhere",
    ]  # fmt: skip


def test_no_page_runs_what_a_name_says_or_breaks_the_policy(visitor: Visitor, hostile: list[str]) -> None:
    for path in hostile:
        visitor.open(path)
        assert visitor.value("document.querySelector('h1') !== null"), path
        assert not visitor.value("document.querySelector('[onerror], main script, img[src=x]')"), path
        assert visitor.value("document.title.endsWith(' - recog')"), path
    log = visitor.browser.log.read_text(encoding="utf-8", errors="replace")
    told = [line for line in log.splitlines() if "CONSOLE" in line and "status of 40" not in line]
    assert told == []


def test_a_hostile_name_is_sent_as_it_is(visitor: Visitor, library: PaintedLibrary, hostile: list[str]) -> None:
    visitor.open("/people/1/faces")
    visitor.click(".all > button, #confirmed .no")
    visitor.open("/")
    visitor.click("#likely .yes")
    visitor.wait("document.querySelector('#did').textContent.startsWith('You confirmed 3 faces as <img src=x')")
    assert {5, 6, 7} <= set(confirmed(library, HOSTILE))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_on_a_phone(visitor: Visitor, hostile: list[str], scheme: str) -> None:
    """No element is wider than 400 pixels, and all text has a contrast of at least 4.5."""
    visitor.browser.ask("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=True)
    visitor.browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    try:
        for path in hostile:
            visitor.open(path)
            assert visitor.value("document.documentElement.scrollWidth") <= 400, path
            assert visitor.value(CUT_OFF) == [], path
            assert visitor.value(f"({CONTRAST})()") == [], path
    finally:
        visitor.browser.ask("Emulation.clearDeviceMetricsOverride")
        visitor.browser.ask("Emulation.setEmulatedMedia", features=[])


def test_everything_that_can_be_used_has_a_name_for_screen_readers(visitor: Visitor, hostile: list[str]) -> None:
    roles = {"button", "link", "textbox", "combobox", "searchbox", "checkbox", "image", "navigation", "article"}
    for path in hostile:
        visitor.open(path)
        tree = visitor.browser.ask("Accessibility.getFullAXTree")["nodes"]
        used = [node for node in tree if not node["ignored"] and node["role"]["value"] in roles]
        assert len(used) > 5, path
        nameless = [node["role"]["value"] for node in used if not node.get("name", {}).get("value", "").strip()]
        assert nameless == [], path


def test_without_scripts_a_page_shows_all_and_says_that_it_cannot_act(visitor: Visitor, hostile: list[str]) -> None:
    visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        for path in hostile:
            visitor.open(path)
            assert "but not answer" in visitor.value("document.querySelector('.notice').innerText"), path
            seen = "[...document.querySelectorAll('button, main input')].filter((one) => one.checkVisibility())"
            # A form that the browser itself sends needs no script.
            assert visitor.value(f"{seen}.filter((one) => one.form?.method !== 'post').length") == 0, path
    finally:
        visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=False)
