"""A page from outside is one module and one template, given to create_app."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from recog.web.page import Page
from recog.web.pages import pages
from tests.pages import Reader
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE

PACKAGE = "oldest_faces"
MODULE = '''
"""The first faces of the library."""

from starlette.responses import HTMLResponse

from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.shell import show

router = page_router()
PAGE = Page(router, "/oldest", "Oldest", 25)


@router.get("/oldest")
def oldest(opened: Opened, framing: Framed) -> HTMLResponse:
    """Who came first."""
    person = opened.library.people.person_by_number(1).person
    return HTMLResponse(show("oldest.html", framing.frame(), {"person": person}, package=__name__))
'''
TEMPLATE = """
{% extends "shell.html" %}
{% from "faces.html" import cover %}
{% set title, here = "Oldest", "/oldest" %}
{% block content %}<h1>{{ person.name }}</h1>{{ cover(root, person) }}{% endblock %}
"""


@pytest.fixture
def own_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A package of somebody else's."""
    folder = tmp_path / "site" / PACKAGE
    (folder / "templates").mkdir(parents=True)
    (folder / "__init__.py").write_text(MODULE)
    (folder / "templates" / "oldest.html").write_text(TEMPLATE)
    monkeypatch.syspath_prepend(folder.parent)
    yield import_module(PACKAGE).PAGE
    del sys.modules[PACKAGE]


def test_a_page_from_outside_has_its_place_in_the_bar_of_every_page(opened: ServedLibrary, own_page: Page) -> None:
    opened.library.people.rename("Ada", "<b>Ada</b>")
    app = create_app(opened, access=Access(TOKEN), place=PLACE, pages=[*pages(), own_page])
    with Client(app, PLACE) as client:
        answer = client.get("/oldest")
        assert answer.status == 200
        read = Reader(answer.body.decode())
        assert "<b>Ada</b>" in read.text
        assert ("a", "aria-current", "page") in read.attributes
        assert ("img", "src", "/faces/1.jpg") in read.attributes
        links = [value for tag, name, value in Reader(client.get("/find").body.decode()).attributes if name == "href"]
        assert "/oldest" in links
        assert client.get("/api/openapi.json").json["paths"]["/oldest"]["get"]["description"] == "Who came first."


def test_the_pages_stand_in_the_bar_in_their_order() -> None:
    labels = ["Who is this?", "Photos", "People", "Duplicates", "Ask a photo"]
    assert [page.label for page in pages() if page.label] == labels
