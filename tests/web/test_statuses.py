"""Statuses of failures: file names that are not UTF-8, and databases that cannot be used."""

import json
import os
from pathlib import Path

import pytest

from recog.store.writer_lock import WriterLock
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from tests.painted import GREEN, RED, PaintedLibrary, paint, painted_library
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE
from tests.web.served import Served
from tests.web.test_fuzz import head, raw


@pytest.fixture
def no_text(library: PaintedLibrary, tmp_path: Path) -> Path:
    """Add photo 5 with face 5, in a file whose name is not UTF-8."""
    path = tmp_path / "more" / os.fsdecode(b"\xff\xfe.png")
    paint(tmp_path / "one.png", GREEN)
    path.parent.mkdir()
    (tmp_path / "one.png").rename(path)
    library.index([path])
    return path


def test_a_photo_whose_name_is_no_text_is_shown_everywhere(client: Client, no_text: Path) -> None:
    for path in ("/photos/5", "/photos/5.jpg", "/faces/5.jpg", "/", "/api/photos/5", "/api/groups"):
        for accept in ("text/html", "*/*"):
            assert client.send("GET", path, [*client.own, ("accept", accept)]).status == 200, path


def test_a_changed_photo_whose_name_is_no_text_is_not_there_any_more(client: Client, no_text: Path) -> None:
    no_text.write_bytes(paint(no_text.parent / "other.png", RED, RED).read_bytes())
    answer = client.get("/photos/5.jpg")
    assert (answer.status, r"\xff\xfe.png holds another photo by now" in answer.json["error"]) == (404, True)
    no_text.write_bytes(b"no photo")
    assert client.get("/photos/5.jpg").status == 404
    page = client.send("GET", "/photos/5.jpg", [*client.own, ("accept", "text/html")])
    assert (page.status, rb"\xff\xfe.png" in page.body) == (404, True)


def test_a_catalog_that_is_damaged_is_503(tmp_path: Path, faces: list[int]) -> None:
    (tmp_path / "library" / "catalog.sqlite3").write_bytes(b"no database" * 1000)
    with (
        ServedLibrary(painted_library(tmp_path / "library")) as opened,
        Client(create_app(opened, access=Access(TOKEN), place=PLACE), PLACE) as client,
    ):
        answer = client.get("/api/people")
        assert (answer.status, "recog restore" in answer.json["error"]) == (503, True)


def test_while_another_process_writes_an_act_is_409(client: Client, library: PaintedLibrary) -> None:
    with WriterLock(library.context.settings.library):
        assert client.act("/api/ignore", face_ids=[4]).status == 409


@pytest.mark.parametrize(
    "wrong",
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",),
        (b"GET / HTTP/1.1\r\nno header\r\n\r\n",),
        (b"GET /api/people HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 200_000,),
        ("Content-Length: 1", "Content-Length: 2"),
        ("Content-Length: -1",),
        ("Transfer-Encoding: chunked", b"no length\r\n"),
    ],
)
def test_what_is_no_http_is_refused_in_the_documented_form(
    served: Served, caplog: pytest.LogCaptureFixture, wrong: tuple[str | bytes, ...]
) -> None:
    """This includes an error in a body that the server has begun to read."""
    lines = [one for one in wrong if isinstance(one, str)]
    rest = [one for one in wrong if isinstance(one, bytes)]
    top, _, body = raw(served, *([head(served, *lines)] if lines else []), *rest).partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 400 ")
    assert set(json.loads(body)) == {"error"}
    assert b"content-type: application/json" in top.lower()
    assert b"x-content-type-options: nosniff" in top.lower()
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]
