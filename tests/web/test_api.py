"""The API returns what the library answers."""

import json
import logging
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from recog.errors import RecogError
from recog.library.maintenance.results import LibraryStatus
from recog.render.as_json import to_json
from recog.store.records import PhotoFilter, WithFaces
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.failures import documented, status_of
from recog.web.library import ServedLibrary
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE


def document(result: object) -> Any:
    return json.loads(to_json(result))


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/api/status", lambda library: library.status()),
        ("/api/people", lambda library: {"people": library.people.all()}),
        ("/api/people?hidden=true", lambda library: {"people": library.people.all(hidden=True)}),
        ("/api/people/1", lambda library: library.people.person("Ada")),
        ("/api/photos/4", lambda library: library.photos.photo(4)),
        ("/api/photos", lambda library: library.photos.page()),
        ("/api/photos?start=1&limit=2", lambda library: library.photos.page(start=1, limit=2)),
        ("/api/photos?faces=without", lambda library: library.photos.page(PhotoFilter(faces=WithFaces.WITHOUT))),
        ("/api/photos?folder=/none", lambda library: library.photos.page(PhotoFilter(Path("/none")))),
        ("/api/timeline?faces=with", lambda library: library.photos.layout(PhotoFilter(faces=WithFaces.WITH))),
        ("/api/failures", lambda library: library.photos.failed()),
        ("/api/faces/2", lambda library: library.faces.why(2)),
        ("/api/faces/2/neighbours", lambda library: library.faces.neighbours(2)),
        ("/api/faces/2/neighbours?k=1", lambda library: library.faces.neighbours(2, k=1)),
        ("/api/faces/2/verify?other=4", lambda library: library.faces.compare(2, 4)),
        ("/api/history", lambda library: library.people.history()),
        ("/api/history?limit=1", lambda library: library.people.history(limit=1)),
        ("/api/history?before=2", lambda library: library.people.history(before=2)),
        ("/api/people/1/similar", lambda library: library.people.similar("Ada")),
        ("/api/copies", lambda library: library.reports.copies()),
        ("/api/ignored?start=0&limit=5", lambda library: library.faces.ignored(limit=5)),
        ("/api/photos?person=1", lambda library: library.photos.page(PhotoFilter(person_id=1))),
        ("/api/timeline?person=2", lambda library: library.photos.layout(PhotoFilter(person_id=2))),
    ],
)
def test_an_answer_is_the_document_of_the_command_line(
    client: Client, library: PaintedLibrary, path: str, answer: Callable[[PaintedLibrary], object]
) -> None:
    library.people.confirm("Bob", [4], new=True)
    library.people.hide("Bob")
    told = client.get(path)
    assert (told.status, told.header("content-type")) == (200, "application/json")
    assert told.json == document(answer(library))


def test_a_layout_is_what_its_numbers_say_and_failures_are_told(
    client: Client, library: PaintedLibrary, tmp_path: Path
) -> None:
    paint(tmp_path / "more" / "2019-07-14.png", RED, BLUE)
    (tmp_path / "more" / "no.png").write_text("no photo")
    library.index([tmp_path / "more"])
    told = client.get(f"/api/timeline?folder={tmp_path}/more").json
    assert told["months"] == [{"month": "2019-07", "photos": 1}]
    kinds = {"numbers": "<f8", "ratios": "<u2", "days": "u1"}
    held = {name: np.frombuffer(b64decode(told[name]), kind).tolist() for name, kind in kinds.items()}
    assert held == {"numbers": [5.0], "ratios": [2000], "days": [14]}
    (failed,) = client.get("/api/failures").json["files"]
    assert failed["stat"]["path"] == str(tmp_path / "more" / "no.png")
    assert failed["reason"] == "not_a_photo"
    assert client.get("/api/failures?start=1").json == {"all": 1, "start": 1, "files": []}


def test_reports_are_those_of_the_library(client: Client, library: PaintedLibrary) -> None:
    library.groups.cluster()
    groups = client.get("/api/groups").json
    report = document(library.reports.people())
    assert groups == {name: report[name] for name in groups}
    assert [face["face_id"] for face in groups["lone"]] == [4]
    duplicates = client.get("/api/duplicates").json
    expected = document(library.reports.duplicates())
    assert {**duplicates, "created": ""} == {**expected, "created": ""}


@pytest.mark.parametrize(
    "path",
    [
        "/api/people/9",
        "/api/photos/9",
        "/api/faces/9",
        "/api/faces/9/neighbours",
        "/api/faces/1/verify?other=9",
        "/faces/9.jpg",
        "/photos/9.jpg",
        f"/api/faces/{2**53 - 1}",
        "/api/nothing",
    ],
)
def test_what_is_not_there_is_404_with_a_sentence(client: Client, path: str) -> None:
    told = client.get(path)
    assert (told.status, set(told.json)) == (404, {"error"})


@pytest.mark.parametrize(
    "path",
    [
        "/api/people/0",
        "/api/people/-1",
        "/api/people/Ada",
        "/api/faces/1e3",
        f"/api/faces/{2**53}",
        f"/api/photos/{10**400}",
        "/api/faces/1/neighbours?k=0",
        "/api/faces/1/neighbours?k=1001",
        "/api/faces/1/neighbours?k=NaN",
        "/api/faces/1/verify",
        "/api/history?limit=-1",
        "/api/people?hidden=perhaps",
    ],
)
def test_a_question_that_makes_no_sense_is_422(client: Client, path: str) -> None:
    told = client.get(path)
    assert (told.status, set(told.json)) == (422, {"error"})


def test_a_method_that_a_route_has_not_is_405_with_those_it_has(client: Client) -> None:
    told = client.send("PUT", "/api/people", client.own)
    assert (told.status, told.header("allow"), set(told.json)) == (405, "GET", {"error"})


def test_a_face_and_a_photo_are_jpegs_by_number(client: Client, library: PaintedLibrary) -> None:
    told = client.get("/faces/1.jpg")
    assert (told.status, told.header("content-type"), told.body) == (200, "image/jpeg", library.faces.thumbnail(1))
    shown = client.get("/photos/4.jpg")
    assert (shown.status, shown.header("content-type")) == (200, "image/jpeg")
    pixels = np.asarray(Image.open(BytesIO(shown.body)))
    assert pixels.shape == (64, 64, 3)
    assert np.abs(pixels[32, 32].astype(int) - BLUE).max() < 12
    for path in ("/faces/1.JPG", "/faces/1.jpg.png", "/faces/../faces/1.jpg", "/faces/%2e%2e/1.jpg", "/photos/1.jpg/"):
        assert client.get(path).status in {404, 422}, path


def test_a_photo_is_shown_upright_small_and_without_metadata(
    client: Client, library: PaintedLibrary, tmp_path: Path
) -> None:
    large = Image.new("RGB", (4000, 1000), BLUE)
    large.paste(RED, (0, 0, 1000, 1000))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "camera", {1: "N", 2: (51.0, 30.0, 0.0)}
    large.save(tmp_path / "large.jpg", exif=exif, comment=b"a comment")
    library.index([tmp_path / "large.jpg"])
    shown = Image.open(BytesIO(client.get("/photos/5.jpg").body))
    assert shown.size == (400, 1600)
    top, bottom = (np.asarray(shown)[row, 200].astype(int) for row in (100, 1500))
    assert max(np.abs(top - RED).max(), np.abs(bottom - BLUE).max()) < 12
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photo_is_shown_by_its_content_not_by_its_path(
    client: Client, library: PaintedLibrary, tmp_path: Path
) -> None:
    path = paint(tmp_path / "more" / "one.png", GREEN)
    library.index([path])
    library.index([shutil.copy(path, tmp_path / "more" / "two.png")])
    assert client.get("/photos/5.jpg").status == 200
    paint(path, RED, RED)
    assert client.get("/photos/5.jpg").status == 200, "by the other file"
    (tmp_path / "more" / "two.png").write_bytes(b"no photo")
    told = client.get("/photos/5.jpg")
    assert told.status == 404
    assert "one.png holds another photo by now" in told.json["error"]
    assert "two.png is not a photo" in told.json["error"]


def test_a_photo_that_is_sent_is_answered_as_the_library_does(
    client: Client, library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    two = paint(tmp_path / "two.png", GREEN, RED).read_bytes()
    size = {"width": 128, "height": 64}
    assert client.post("/api/identify", two).json == size | {"faces": document(library.identify(two))["faces"]}
    searched = client.post("/api/search?k=2", two, kind="image/png").json
    assert searched == size | {"faces": document(library.search(two, k=2))["faces"]}
    assert client.post("/api/verify?person_id=1&face=2", two).json == document(library.verify(two, "Ada", face=2))
    known = client.post("/api/identify", (folder / "red1.png").read_bytes()).json
    assert [(one["face_id"], one["person"]["name"]) for one in known["faces"]] == [(2, "Ada")]
    assert library.status().photos == 4, "nothing was kept"


def test_what_is_no_photo_of_a_face_is_refused_with_a_sentence(client: Client, tmp_path: Path) -> None:
    two, nobody = paint(tmp_path / "two.png", RED, RED).read_bytes(), paint(tmp_path / "0.png", None).read_bytes()
    assert client.post("/api/verify?person_id=1", two).status == 422, "which face?"
    assert client.post("/api/verify?person_id=9&face=1", two).status == 404
    assert client.post("/api/verify?person_id=1&face=3", two).status == 404, "it shows two"
    for path in ("/api/identify", "/api/search", "/api/verify?person_id=1"):
        assert client.post(path, nobody).status == 422
        for junk in (b"", b"\x00", b"{}", b"<svg/>", two[:60]):
            told = client.post(path, junk)
            assert (told.status, set(told.json)) == (415, {"error"})


def test_no_path_or_address_is_ever_followed(
    client: Client, library: PaintedLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person's name may equal the name of a file; the API does not read it as a path."""
    for given in (str(folder / "red0.png"), (folder / "red0.png").as_uri(), "http://127.0.0.1:8765/photos/1.jpg"):
        assert client.post("/api/identify", given.encode()).status == 415
        assert client.act("/api/confirm", name="Ada", face_ids=[given]).status == 422
    monkeypatch.chdir(folder)
    library.people.confirm("red0.png", [4], new=True)
    told = client.post("/api/verify?person_id=2", (folder / "red0.png").read_bytes())
    assert told.json["right"] == "red0.png"
    assert not told.json["verification"]["same"], "the person is blue, the file is red"


def test_where_there_is_no_library_everything_says_so(tmp_path: Path) -> None:
    with ServedLibrary(painted_library(tmp_path / "none")) as opened:
        app = create_app(opened, access=Access(TOKEN), place=PLACE)
        with Client(app, PLACE) as client:
            for told in (client.get("/api/people"), client.get("/faces/1.jpg"), client.act("/api/undo")):
                assert told.status == 503
                assert "make one with 'recog index FOLDER'" in told.json["error"]
    assert not (tmp_path / "none").exists()


def kinds_of(error: type[RecogError]) -> Iterator[type[RecogError]]:
    yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


def test_every_error_has_a_status_that_is_documented() -> None:
    for kind in kinds_of(RecogError):
        error = kind.__new__(kind, "a sentence")
        assert status_of(error) in documented(404, 409, 428), kind


class FaultyLibrary(PaintedLibrary):
    """A library with a bug."""

    def status(self) -> LibraryStatus:
        """Raise instead of returning a status."""
        raise RuntimeError("Ada Lovelace")


class LargeLibrary(PaintedLibrary):
    """A library that needs more memory than there is."""

    def status(self) -> LibraryStatus:
        """Raise instead of returning a status."""
        raise ValueError(len(bytearray(1 << 56)))


def test_too_little_memory_is_503_and_no_fault(opened: ServedLibrary, access: Access) -> None:
    settings = opened.library.context.settings
    with (
        ServedLibrary(LargeLibrary(settings)) as large,
        Client(create_app(large, access=access, place=PLACE), PLACE) as client,
    ):
        told = client.get("/api/status")
    assert (told.status, "there is not enough memory for this" in told.json["error"]) == (503, True)


def test_a_fault_is_told_without_what_it_was_about(
    opened: ServedLibrary, access: Access, caplog: pytest.LogCaptureFixture
) -> None:
    settings = opened.library.context.settings
    with (
        ServedLibrary(FaultyLibrary(settings)) as faulty,
        Client(create_app(faulty, access=access, place=PLACE), PLACE) as client,
    ):
        told = client.get("/api/status")
        assert (told.status, told.json) == (500, {"error": "unexpected RuntimeError in recog: please report it"})
        assert told.header("content-security-policy")
    (record,) = caplog.records
    assert record.getMessage() == "unexpected RuntimeError at GET /api/status; --verbose shows the traceback"
    assert not record.exc_info
    assert record.levelno == logging.ERROR


def test_the_document_of_the_api_names_every_route_and_nothing_irreversible(client: Client) -> None:
    assert {client.get(path).status for path in ("/docs", "/redoc")} == {404}, "they load scripts from elsewhere"
    told = client.get("/api/openapi.json").json
    assert {"/api/confirm", "/api/identify", "/api/people/{person_id}", "/faces/{face_id}.jpg"} <= set(told["paths"])
    assert not [path for path in told["paths"] if "forget" in path or "reset" in path or "prune" in path]
    for path, methods in told["paths"].items():
        for method, about in methods.items():
            assert {"401", "403", "413", "421", "422", "503"} <= set(about["responses"]), (method, path)


def test_nothing_is_written_beside_the_library(client: Client, tmp_path: Path, folder: Path) -> None:
    client.post("/api/identify", (folder / "red0.png").read_bytes())
    client.get("/photos/1.jpg")
    assert {path.name for path in (tmp_path / "library").iterdir()} <= {
        "catalog.sqlite3",
        "catalog.sqlite3-shm",
        "catalog.sqlite3-wal",
        "index",
        "writer.lock",
    }
