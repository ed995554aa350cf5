"""The search: its page and the API, with the language that recog find has."""

from urllib.parse import quote

import pytest

from tests.browser import CHROMIUM
from tests.pages import Reader
from tests.painted import BLUE, RED, PaintedLibrary, paint
from tests.web.client import Client
from tests.web.visitor import Visitor

in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: no page was opened in a browser")
FOUND = "[...document.querySelectorAll('#timeline a[data-photo]')].map((one) => one.pathname.split('/').at(-1))"
OFFERS = "[...document.querySelectorAll('#offers li')].map((one) => one.textContent)"


@pytest.fixture(autouse=True)
def two_people(library: PaintedLibrary, tmp_path: object) -> PaintedLibrary:
    """Name the blue face Tom and Jerry: Ada is on photos 1 to 3, Tom and Jerry on photo 4."""
    library.people.confirm("Tom and Jerry", [4], new=True)
    return library


def found(client: Client, query: str) -> list[int]:
    answer = client.get(f"/api/find?q={quote(query)}")
    assert answer.status == 200, answer.body
    return [one["photo"]["id"] for one in answer.json["photos"]]


def test_the_api_finds_and_tells_how_it_read_the_query(client: Client) -> None:
    answer = client.get(f"/api/find?q={quote('ada or tom and jerry, alone')}&start=1&limit=2").json
    assert answer["query"] == "ada or tom and jerry, alone"
    assert answer["read_as"] == '"Ada" or "Tom and Jerry" and 1 person'
    assert [person["name"] for person in answer["people"]] == ["Ada", "Tom and Jerry"]
    assert (answer["all"], answer["start"], len(answer["photos"])) == (4, 1, 2)
    assert sum(month["photos"] for month in answer["months"]) == 4
    assert sorted(found(client, "only Ada")) == [1, 2, 3]
    assert found(client, "not Ada") == [4]
    assert found(client, "Ada and tom and jerry") == []
    assert sorted(found(client, "in photos")) == [1, 2, 3, 4]
    assert found(client, "unknown") == []


def test_the_timeline_and_the_list_of_photos_take_a_query(client: Client) -> None:
    query = quote("tom and jerry")
    assert [one["photo"]["id"] for one in client.get(f"/api/photos?q={query}").json["photos"]] == [4]
    assert sum(month["photos"] for month in client.get(f"/api/timeline?q={query}").json["months"]) == 1
    assert client.get(f"/photos?q={query}").header("location") == f"/search?q={query.replace('%20', '%20')}"


def test_what_cannot_be_read_is_a_sentence_with_its_place(client: Client) -> None:
    answer = client.get(f"/api/find?q={quote('Ada and Adda')}")
    assert (answer.status, answer.json) == (
        404,
        {"error": "nobody is called 'Adda'; did you mean 'Ada'? (character 9 of 'Ada and Adda')"},
    )
    assert client.get("/api/find?q=").status == 404
    assert client.get("/api/timeline?q=(Ada").status == 404
    page = client.get(f"/search?q={quote('Ada and Adda')}")
    assert page.status == 404
    read = page.body.decode()
    assert "<mark>Adda</mark>" in read
    assert f'href="/search?q={quote("Ada and " + chr(34) + "Ada" + chr(34))}"' in read
    for query, sentence in (
        ("Adda", "nobody is called &#39;Adda&#39;; did you mean &#39;Ada&#39;?</p>"),
        ("a" * 2000, "a query has at most 1000 characters, this one has 2000.</p>"),
    ):
        unread = client.get(f"/search?q={query}")
        assert unread.status == 404
        assert sentence in unread.body.decode()


def test_the_page_shows_people_and_photos_without_scripts(client: Client) -> None:
    page = client.get(f"/search?q={quote('Ada, not tom and jerry')}").body.decode()
    links = [value for tag, name, value in Reader(page).attributes if (tag, name) == ("a", "href")]
    assert {f"/photos/{number}?q=Ada%2C%20not%20tom%20and%20jerry" for number in (1, 2, 3)} <= set(links)
    assert "/people/1" in links
    assert "&#34;Ada&#34; and not &#34;Tom and Jerry&#34;" in page
    assert "No photo fits" in client.get("/search?q=1999").body.decode()
    back = client.get(f"/photos/1?q={quote('Ada, not tom and jerry')}").body.decode()
    assert 'href="/search?q=Ada%2C%20not%20tom%20and%20jerry#photo-1"' in back


def test_the_page_without_a_query_shows_what_can_be_asked(client: Client) -> None:
    page = client.get("/search").body.decode()
    for query in ("Ada and &#34;Tom and Jerry&#34;", "only Ada", "March 2020", "in Holiday", "group", "unknown"):
        assert query in page
    links = [value for tag, name, value in Reader(page).attributes if (tag, name) == ("a", "href")]
    examples = [link for link in links if link.startswith("/search?q=")]
    assert len(examples) == 8
    assert {client.get(link).status for link in examples} == {200}


def test_a_name_that_is_a_word_of_the_language_is_in_quotes_in_the_examples(client: Client) -> None:
    client.act("/api/rename", old="Ada", new="And", near=True)
    page = client.get("/search").body.decode()
    assert "&#34;And&#34; and" in page
    links = [value for tag, name, value in Reader(page).attributes if (tag, name) == ("a", "href")]
    assert {client.get(link).status for link in links if link.startswith("/search?q=")} == {200}


@in_browser
def test_examples_with_long_names_fit_a_phone(visitor: Visitor, library: PaintedLibrary) -> None:
    library.people.rename("Ada", "Adelaide Featherstonehaugh the Younger of Somewhere", near=True)
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    visitor.browser.ask("Emulation.setDeviceMetricsOverride", **phone)
    try:
        visitor.open("/search")
        assert visitor.value("document.documentElement.scrollWidth") == 390
    finally:
        visitor.browser.ask("Emulation.clearDeviceMetricsOverride")


@in_browser
def test_names_are_offered_while_one_writes(visitor: Visitor) -> None:
    visitor.open("/people")
    visitor.press("/")
    visitor.wait("document.activeElement.id === 'find'")
    visitor.browser.ask("Input.insertText", text="ad")
    visitor.wait(f"{OFFERS}.join() === 'Ada'")
    assert visitor.value("document.activeElement.ariaExpanded") == "true"
    visitor.press("ArrowDown", "Enter")
    visitor.wait("document.querySelector('#find').value === 'Ada '")
    visitor.browser.ask("Input.insertText", text="or je")
    visitor.wait(f"{OFFERS}.join() === 'Tom and Jerry'")
    visitor.press("ArrowUp")
    assert visitor.value("document.activeElement.getAttribute('aria-activedescendant')") == "offer-0"
    visitor.press("Escape")
    assert visitor.value(f"{OFFERS}.length") == 0
    assert visitor.value("document.activeElement.id") == "find"
    visitor.press("r")
    visitor.press("ArrowDown", "Enter")
    visitor.wait("document.querySelector('#find').value === 'Ada or \"Tom and Jerry\" '")
    visitor.leave()
    visitor.press("Enter")
    visitor.arrive("/search?q=Ada+or+%22Tom+and+Jerry%22+")
    visitor.wait("document.querySelector('#timeline').dataset.ready")
    assert sorted(visitor.value(FOUND)) == ["1", "2", "3", "4"]
    assert visitor.value("document.querySelector('#find').value") == 'Ada or "Tom and Jerry" '


@in_browser
def test_a_found_photo_leads_to_the_next_found_one_and_back(visitor: Visitor) -> None:
    visitor.open("/search?q=Ada")
    visitor.wait("document.querySelector('#timeline').dataset.ready")
    shown = visitor.value(FOUND)
    assert sorted(shown) == ["1", "2", "3"]
    visitor.open(f"/photos/{shown[0]}?q=Ada")
    assert visitor.value("document.querySelector('#after').getAttribute('href')").endswith(f"/photos/{shown[1]}?q=Ada")
    assert visitor.value("document.querySelector('#before')") is None
    visitor.leave()
    visitor.press("Escape")
    visitor.arrive(f"/search?q=Ada#photo-{shown[0]}")


@in_browser
def test_a_dropped_photo_is_named_and_shows_the_nearest_faces(
    visitor: Visitor, library: PaintedLibrary, tmp_path_factory: pytest.TempPathFactory
) -> None:
    visitor.open("/search")
    photo = paint(tmp_path_factory.mktemp("sent") / "elsewhere.png", RED, BLUE)
    document = visitor.browser.ask("DOM.getDocument")["root"]["nodeId"]
    field = visitor.browser.ask("DOM.querySelector", nodeId=document, selector="#photo")["nodeId"]
    visitor.browser.ask("DOM.setFileInputFiles", nodeId=field, files=[str(photo)])
    visitor.wait("document.querySelector('#asked').textContent === '2 faces, from left to right'")
    nearest = visitor.value("""[...document.querySelectorAll('#named > li')].map((one) =>
      [...one.querySelectorAll('.nearest a')].map((link) => Number(link.pathname.split('/').at(-1))))""")
    assert [sorted(faces) for faces in nearest] == [[1, 2, 3, 4], [1, 2, 3, 4]]
    assert nearest[1][0] == 4
    said = visitor.value("document.querySelectorAll('.nearest img')[0].alt")
    assert said.startswith("Ada, probability ")
    assert library.status().photos == 4


@in_browser
def test_the_search_works_without_scripts(visitor: Visitor) -> None:
    visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        visitor.browser.ask("Page.navigate", url=visitor.url + "/people")
        visitor.browser.wait("document.querySelector('#find')?.checkVisibility() && document.readyState === 'complete'")
        visitor.value("document.querySelector('#find').focus()")
        visitor.browser.ask("Input.insertText", text="Ada")
        visitor.press("Enter")
        visitor.browser.wait("location.search === '?q=Ada' && document.querySelectorAll('.rows li').length === 3")
    finally:
        visitor.browser.ask("Emulation.setScriptExecutionDisabled", value=False)
