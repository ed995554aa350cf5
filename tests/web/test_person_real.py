"""A person's pages, the history, ignored faces, copies and failures in a browser, with the real networks.

One library of dated photos of three people is indexed for all tests of this file; each leaves it as it found it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from recog import PhotoLibrary, read_settings
from recog.web.access import Access
from recog.web.library import ServedLibrary
from tests.browser import CHROMIUM, Browser
from tests.web.client import TOKEN
from tests.web.served import Served, serving
from tests.web.visitor import Visitor

pytestmark = [
    pytest.mark.networks,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser"),
]
PEOPLE = ("Ada", "Ben", "Cat")
PHOTOS = 4
"""Photos of each person."""
COVER = "document.querySelector('.who-head .cover img').src"
TEXT = "document.querySelector('main').innerText"
SIZES_IN_ZIP = """fetch(document.querySelector("[download]").href).then((one) => one.arrayBuffer()).then((zip) => {
  const [bytes, view, names] = [new Uint8Array(zip), new DataView(zip), []];
  for (let at = 0; at + 46 < bytes.length; at += 1) {
    if (view.getUint32(at, true) !== 0x02014b50) continue; // an entry of the directory
    const size = view.getUint32(at + 24, true);
    const name = new TextDecoder().decode(bytes.slice(at + 46, at + 46 + view.getUint16(at + 28, true)));
    names.push([name, size]);
  }
  return names;
})"""


@dataclass
class Home:
    """The photos, the open library, and a server of it."""

    photos: Path
    opened: ServedLibrary
    served: Served

    @property
    def library(self) -> PhotoLibrary:
        return self.opened.library

    def faces(self, name: str) -> list[int]:
        return [face.id for face, _ in self.library.people.person(name).faces]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("home").resolve()
    photos = folder / "photos"
    people = sorted(one for one in (data / "identities").glob("celeba_*") if len(list(one.iterdir())) >= 2 * PHOTOS)
    settings = read_settings(library=folder / "library")
    shown: dict[str, list[Path]] = {}
    for name, person in zip(PEOPLE, people, strict=False):
        (photos / name).mkdir(parents=True)
        for place, source in enumerate(sorted(person.iterdir())[:PHOTOS]):
            target = photos / name / f"20{10 + place}-0{place + 1}-15 {name}.jpg"
            shown.setdefault(name, []).append(Path(shutil.copy(source, target)))
    with Image.open(shown["Cat"][0]) as picture:
        picture.save(photos / "Cat" / "2010-01-15 again.png")
    shutil.copy(shown["Cat"][1], photos / "Cat" / "copy.jpg")
    (photos / "broken.jpg").write_bytes(shown["Ada"][0].read_bytes()[:300])
    (photos / "letter.jpg").write_text("Dear Ada")
    with PhotoLibrary(settings) as library:
        library.index([photos])
        for name in PEOPLE:
            library.people.enrol(name, shown[name][:2], face=None)
    with ServedLibrary(PhotoLibrary(settings)) as opened, serving(opened, Access(TOKEN)) as served:
        yield Home(photos, opened, served)


@pytest.fixture(scope="module")
def visitor(home: Home, browser: Browser) -> Visitor:
    return Visitor(browser, home.served)


@pytest.fixture(autouse=True)
def as_before(home: Home) -> Iterator[None]:
    """Undo what the test did."""
    before = len([act for act in home.library.people.history().acts if act.undone_at is None])
    yield
    while len([act for act in home.library.people.history().acts if act.undone_at is None]) > before:
        home.library.people.undo()


def act(visitor: Visitor, selector: str, path: str) -> None:
    """Click what loads a page anew."""
    visitor.leave()
    visitor.click(selector)
    visitor.arrive(path)


def test_the_album_of_a_person_has_the_photos_by_date_with_ages_and_its_lightbox_stays_in_it(
    visitor: Visitor, home: Home
) -> None:
    home.library.people.set_born("Ada", date(2009, 1, 20))
    visitor.open("/people/1")
    visitor.wait("document.querySelector('#timeline').dataset.ready")
    assert visitor.value("[...document.querySelectorAll('#timeline h2')].map((one) => one.textContent)") == [
        "April 2013 4 years", "March 2012 3 years", "February 2011 2 years", "January 2010 12 months",
    ]  # fmt: skip
    visitor.wait("document.querySelectorAll('#timeline .there').length >= 3")
    newest = visitor.value("document.querySelector('#timeline a').href.match(/photos.(\\d+)/)[1]")
    act(visitor, "#timeline a", f"/photos/{newest}?person=1")
    assert visitor.value("document.querySelector('.face-row .age').textContent") == "4 years"
    older = visitor.value("document.querySelector('#after').href.match(/photos.(\\d+)/)[1]")
    act(visitor, "#after", f"/photos/{older}?person=1")
    assert older in visitor.value("document.querySelector('#close').href")
    act(visitor, "#close", f"/people/1?person=1#photo-{older}")
    visitor.wait(f"document.activeElement.pathname?.endsWith('/photos/{older}')")


def test_without_scripts_the_album_is_the_same(visitor: Visitor, home: Home) -> None:
    home.library.people.set_born("Ada", date(2009, 1, 20))
    visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        visitor.browser.ask("Page.navigate", url=f"{visitor.url}/people/1")
        visitor.wait("document.querySelectorAll('.rows img').length === 4 && document.readyState === 'complete'")
        assert visitor.value("document.querySelector('.month h2').textContent") == "April 2013 4 years"
        for path in ("/people/1/faces", "/people/1/similar", "/history", "/ignored", "/failures", "/duplicates/photos"):
            visitor.browser.ask("Page.navigate", url=f"{visitor.url}{path}")
            visitor.wait(f"location.pathname.endsWith({path!r}) && document.querySelector('h1')")
    finally:
        visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_a_chosen_cover_is_not_lost_when_its_face_goes_to_somebody_else(visitor: Visitor, home: Home) -> None:
    cover = home.library.people.by_number(1).cover_face_id
    chosen = next(face for face in home.faces("Ada")[:2] if face != cover)
    visitor.open("/people/1/faces")
    act(visitor, f"[data-face='{chosen}'] .make-cover", "/people/1/faces")
    visitor.says(f"You chose face {chosen} as the cover of Ada.")
    assert visitor.value(COVER).endswith(f"/faces/{chosen}.jpg")
    visitor.click(f"#confirmed input[value='{chosen}']")
    visitor.write("#other", "Ben")
    visitor.press("Enter")
    visitor.says(f"You confirmed face {chosen} as Ben.")
    visitor.open("/people/1")
    assert visitor.value(COVER).endswith(f"/faces/{cover}.jpg")
    assert "The face that you chose as cover is no longer Ada" in visitor.value(TEXT)
    home.library.people.confirm("Ada", [chosen])
    visitor.open("/people/1")
    assert visitor.value(COVER).endswith(f"/faces/{chosen}.jpg")
    visitor.click("summary")
    act(visitor, "[data-act='cover']", "/people/1")
    assert visitor.value(COVER).endswith(f"/faces/{cover}.jpg")


def test_a_date_of_birth_is_written_and_removed(visitor: Visitor, home: Home) -> None:
    visitor.open("/people/1")
    visitor.click("summary")
    visitor.value("document.querySelector('#born').value = '2009-01-20'")
    act(visitor, "[data-act='born']", "/people/1")
    visitor.says("You said that Ada was born on 20 January 2009.")
    assert home.library.people.by_number(1).born == date(2009, 1, 20)
    visitor.click("summary")
    act(visitor, "[data-act='born'][type=button]", "/people/1")
    assert home.library.people.by_number(1).born is None


def test_all_photos_are_downloaded_as_they_are(visitor: Visitor, home: Home) -> None:
    visitor.open("/people/1")
    sizes = {path.name: path.stat().st_size for path in (home.photos / "Ada").iterdir()}
    assert dict(visitor.value(SIZES_IN_ZIP)) == sizes


def test_doubt_is_a_word_with_the_number_on_demand(visitor: Visitor, home: Home) -> None:
    visitor.open("/people/1/faces")
    words = visitor.value("[...document.querySelectorAll('#doubtful summary')].map((one) => one.textContent)")
    assert words
    assert set(words) <= {"Sure", "Probably"}
    assert "distance" not in visitor.value("document.querySelector('#doubtful').innerText")
    visitor.click("#doubtful summary")
    assert "distance" in visitor.value("document.querySelector('#doubtful').innerText")


def test_similar_people_are_merged_and_said_to_be_two(visitor: Visitor, home: Home) -> None:
    visitor.open("/people/1/similar")
    names = "[...document.querySelectorAll('.tile h2')].map((one) => one.textContent)"
    assert sorted(visitor.value(names)) == ["Ben", "Cat"]
    act(visitor, "#person-2 .no", "/people/1/similar")
    visitor.says("You said that Ada and Ben are two people.")
    assert "Another person" in visitor.value(TEXT)
    act(visitor, "#person-3 [data-act='merge']", "/people/1")
    assert [person.name for person in home.library.people.all()] == ["Ada", "Ben"]


def test_an_act_of_the_history_is_undone_unless_a_later_one_builds_on_it(visitor: Visitor, home: Home) -> None:
    people = home.library.people
    face = home.faces("Cat")[0]
    people.rename("Ben", "Benny")
    people.confirm("Ada", [face])
    people.ignore([face])
    ignoring, moving, naming = people.history(limit=3).acts
    visitor.open("/history")
    visitor.click(f"#act-{moving.id} .back")
    visitor.wait("document.querySelector('#last').matches('.failed')")
    assert f"undo act {ignoring.id} first" in visitor.value("document.querySelector('#did').textContent")
    act(visitor, f"#act-{naming.id} .back", "/history")
    visitor.says("Undone: renamed Ben to Benny.")
    assert visitor.value(f"document.querySelector('#act-{naming.id}').matches('.undone')")
    assert [person.name for person in people.all()] == list(PEOPLE)
    act(visitor, f"#act-{ignoring.id} .back", "/history")
    act(visitor, f"#act-{moving.id} .back", "/history")
    assert face in home.faces("Cat")


def test_ignored_faces_are_taken_back_one_by_one_and_all_at_once(visitor: Visitor, home: Home) -> None:
    faces = home.faces("Ben")[:3]
    home.library.people.ignore(faces)
    visitor.open("/ignored")
    assert visitor.value("document.querySelectorAll('#picked [data-face]').length") == 3
    visitor.click(f"#picked input[value='{faces[0]}']")
    visitor.click("#picked [data-act='unignore']")
    visitor.says(f"You stopped ignoring face {faces[0]}.")
    act(visitor, "#all button", "/ignored")
    visitor.says("You stopped ignoring 2 faces.")
    assert "No face is ignored." in visitor.value(TEXT)


def test_copies_are_ranked_and_the_list_follows_the_choice(visitor: Visitor, home: Home) -> None:
    visitor.open("/duplicates/photos")
    listed = "fetch(document.querySelector('#list').href).then((one) => one.text())"
    first, second = home.photos / "Cat" / "2010-01-15 again.png", home.photos / "Cat" / "2010-01-15 Cat.jpg"
    assert set(visitor.value(listed).splitlines()) == {str(second), str(home.photos / "Cat" / "copy.jpg")}
    chosen = f"[...document.querySelectorAll('.copies li')].find((one) => one.textContent.includes({second.name!r}))"
    visitor.value(f"{chosen}.querySelector('input').click()")
    assert set(visitor.value(listed).splitlines()) == {str(first), str(home.photos / "Cat" / "copy.jpg")}
    visitor.open("/duplicates/photos")
    assert visitor.value(f"{chosen}.querySelector('input').checked")
    assert second.exists(), "recog deletes nothing"


def test_failures_come_by_reason_with_what_to_do(visitor: Visitor, home: Home) -> None:
    visitor.open("/failures")
    assert visitor.value("[...document.querySelectorAll('section h2')].map((one) => one.textContent)") == [
        "Damaged",
        "No photos",
    ]
    said = visitor.value(TEXT)
    assert "broken.jpg" in said
    assert "Look for another copy" in said
