"""A page from outside is one module, one template and an entry point of an installed package.

The package is a distribution with metadata on the path of a `recog serve` in a process of its own.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.errors import ConfigError
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from recog.web.page import Page, page_router
from recog.web.pages import installed_pages, pages
from tests.pages import Reader
from tests.painted import PaintedLibrary
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE
from tests.web.running import RECOG, Running, running_server

MODULE = '''
"""The first faces of the library."""

from starlette.responses import HTMLResponse

from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.shell import show

router = page_router()
PAGE = Page(router, "/oldest", "Oldest", 25)
NO_PAGE = router


@router.get("/oldest")
def oldest(opened: Opened, framing: Framed) -> HTMLResponse:
    """Who came first."""
    person = opened.library.people.person_by_number(1).person
    return HTMLResponse(show("oldest.html", framing.frame(), {"person": person}, package=__name__))


@router.post("/oldest/rename")
def rename(opened: Opened) -> HTMLResponse:
    """Rename the first person."""
    opened.library.people.rename(opened.library.people.person_by_number(1).person.name, "Augusta")
    return HTMLResponse("Augusta")
'''
TEMPLATE = """
{% extends "shell.html" %}
{% from "faces.html" import cover %}
{% set title, here = "Oldest", "/oldest" %}
{% block content %}<h1>{{ person.name }}</h1>{{ cover(root, person) }}{% endblock %}
"""
BEARER = {"Authorization": f"Bearer {TOKEN}"}
OWN_PATHS = ["/", "/people", "/duplicates", "/find"]


def install(site: Path, entry: str = "oldest = oldest_faces:PAGE") -> Path:
    """Install a package that adds a page into a directory of packages, and return the directory."""
    package, metadata = site / "oldest_faces", site / "oldest_faces-1.0.dist-info"
    (package / "templates").mkdir(parents=True)
    metadata.mkdir()
    (package / "__init__.py").write_text(MODULE)
    (package / "templates" / "oldest.html").write_text(TEMPLATE)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: oldest-faces\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[recog.pages]\n{entry}\n")
    return site


@pytest.fixture
def running(tmp_path: Path, library: PaintedLibrary, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A server beside which the package is installed; Ada's name is one that HTML must escape."""
    library.people.rename("Ada", "<b>Ada</b>")
    monkeypatch.setenv("PYTHONPATH", str(install(tmp_path / "site")))
    with running_server(tmp_path / "library") as running:
        yield running


def named(library: PaintedLibrary) -> list[str]:
    return [person.name for person in library.people.all()]


def test_a_page_of_an_installed_package_has_its_place_in_the_bar_of_every_page(running: Running) -> None:
    status, headers, body = running.ask("GET", "/oldest", **BEARER)
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    read = Reader(body.decode())
    assert "<b>Ada</b>" in read.text
    assert ("a", "aria-current", "page") in read.attributes
    assert ("img", "src", "/faces/1.jpg") in read.attributes
    for path in OWN_PATHS:
        links = [
            value
            for _, name, value in Reader(running.ask("GET", path, **BEARER)[2].decode()).attributes
            if name == "href"
        ]
        assert links.index("/people") < links.index("/oldest") < links.index("/duplicates"), path
    document = json.loads(running.ask("GET", "/api/openapi.json", **BEARER)[2])
    assert document["paths"]["/oldest"]["get"]["description"] == "Who came first."


def test_a_page_of_an_installed_package_is_guarded_as_the_own_ones(running: Running, library: PaintedLibrary) -> None:
    own = {"Origin": f"http://127.0.0.1:{running.port}"}
    _, headers, _ = running.ask("POST", "/enter", running.code, **own)
    cookie, path, *_ = headers["set-cookie"].split("; ")
    root, session = path.removeprefix("Path=").rstrip("/"), {"Cookie": cookie}
    for method, asked in (("GET", "/oldest"), ("POST", "/oldest/rename")):
        assert running.ask(method, asked)[0] == 401
        assert running.ask(method, asked, **session, **own)[0] == 401, "the cookie admits below its own path alone"
        assert running.ask(method, asked, **BEARER, Host="evil.test")[0] == 421
        assert running.ask(method, root + asked, **session, **own, Sec_Fetch_Site="cross-site")[0] == 403
    for given in (session, session | {"Origin": "http://evil.test"}, session | {"Origin": "null"}):
        assert running.ask("POST", f"{root}/oldest/rename", **given)[0] == 403
    assert named(library) == ["<b>Ada</b>"]
    assert running.ask("GET", f"{root}/oldest", **session)[0] == 200
    assert running.ask("POST", f"{root}/oldest/rename", **session, **own)[0] == 200
    assert named(library) == ["Augusta"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("oldest = oldest_faces:GONE", "the page 'oldest' is oldest_faces:GONE of an installed package, which cannot"),
        ("oldest = no_such_package:PAGE", "install that package again, or do without it"),
        ("oldest = oldest_faces:NO_PAGE", "the page 'oldest' of an installed package is of the type APIRouter instead"),
        ("oldest = recog.web.pages.people:PAGE", "a page of an installed package answers GET /people, which another"),
    ],
)
def test_a_page_that_cannot_be_served_is_one_sentence(
    tmp_path: Path, faces: list[int], entry: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(install(tmp_path / "site", entry)))
    command = [str(RECOG), "--library", str(tmp_path / "library"), "serve", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1, done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_page_that_answers_what_the_api_answers_is_refused(opened: ServedLibrary) -> None:
    router = page_router()
    router.get("/api/people")(lambda: "")
    with pytest.raises(ConfigError, match="answers GET /api/people, which another page or the API answers"):
        create_app(opened, access=Access(TOKEN), place=PLACE, pages=[*pages(), Page(router)])


def test_the_pages_stand_in_the_bar_in_their_order(opened: ServedLibrary) -> None:
    first = Page(page_router(), "/first", "First", -1)
    with Client(create_app(opened, access=Access(TOKEN), place=PLACE, pages=[*pages(), first]), PLACE) as client:
        assert [link.label for link in client.app.app.state.bar] == [
            "First", "Who is this?", "Photos", "People", "Duplicates", "Ask a photo", "History", "Index",
        ]  # fmt: skip


def test_nothing_is_added_where_no_package_adds_a_page() -> None:
    assert installed_pages() == pages()
