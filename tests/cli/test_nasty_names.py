"""No verb takes the name of a folder or a file for a URL, a pattern or an option."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from recog.cli.app import app
from recog.config import read_settings
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from recog.web.place import Place
from tests.cli.conftest import open_painted
from tests.library.styling.styled import paint_style
from tests.painted import BLUE, GREEN, RED, ColourEmbedder, PaintedLibrary, paint
from tests.web.client import TOKEN, Client

NAMES = {
    "space": "cat 2024",
    "quotes": 'cat\'s "so"',
    "question mark": "cat?x=1",
    "escape": "cat%41",
    "hash": "cat#1",
    "brackets": "cat[2024]",
    "star": "cat*",
    "newline": "cat\n2024",
    "no UTF-8": os.fsdecode(b"cat\xff"),
    "200 characters": "c" * 200,
}
ALL_AT_ONCE = os.fsdecode(b'cat \'s "so"?x=1%41#1[2024]*\n\xff' + b"c" * 100)
NEIGHBOURS = ("cat", "catA", "cat2", "cat2024", "cats")
"""What the names above would match or mean as patterns or URLs."""
PLACE = Place("127.0.0.1", 8765)


@dataclass(frozen=True)
class Home:
    """A folder of folders; each holds one thing, and all have the same nasty name."""

    folder: Path
    name: str
    database: str | None = None

    def of(self, kind: str, suffix: str = "") -> Path:
        return self.folder / kind / f"{self.name}{suffix}"

    @property
    def library(self) -> Path:
        return self.of("opened")

    def run(self, *words: str | Path) -> str:
        """Return the stdout of a verb."""
        place = ["--library", str(self.library), *(["--database", self.database] if self.database else [])]
        result = CliRunner().invoke(app, [*place, *map(str, words)], obj=open_painted, prog_name="recog")
        assert result.exit_code == 0, f"{words}: {result.stdout} {result.stderr}"
        return result.stdout

    def json(self, *words: str | Path) -> Any:
        return json.loads(self.run(*words, "--json"))

    def files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.folder.rglob("*") if not path.is_dir()}

    def add_neighbours(self, kind: str) -> None:
        """Put other files beside the one with the nasty name."""
        for name in NEIGHBOURS:
            for end in ("", ".before-0001"):
                path = self.folder / kind / f"{name}{end}"
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(b"a neighbour's")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return NAMES[request.param]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder to work in; the current folder must stay empty."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("RECOG_CACHE", str(tmp_path / "cache"))
    (tmp_path / "home").mkdir()
    yield tmp_path / "home"
    assert not list((tmp_path / "here").iterdir())


def served_paths(library: Path) -> list[str]:
    """Start a server and return the paths that it reports for photo 1, which it must also show."""
    with (
        ServedLibrary(PaintedLibrary(read_settings(library=library))) as opened,
        Client(create_app(opened, access=Access(TOKEN), place=PLACE), PLACE) as client,
    ):
        shown = client.get("/photos/1.jpg")
        assert (shown.status, shown.body[:2]) == (200, b"\xff\xd8")
        paths: list[str] = client.get("/api/photos/1").json["paths"]
        return paths


def test_every_verb_writes_where_it_was_told_and_nowhere_else(place: Path, name: str) -> None:
    home = Home(place, name)
    photos, photo = home.of("photos"), home.of("photos") / f"{home.name}.png"
    goes = paint(photos / "goes.png", BLUE)
    paint(photo, RED, GREEN)
    for kind in ("opened", "backups"):
        home.add_neighbours(kind)
    before = home.files()
    backup, names, sidecars = home.of("backups") / name, home.of("names", ".json"), home.of("sidecars")
    for path in (backup, names):
        path.parent.mkdir()

    report = home.json("index", photos)
    assert (report["added"], report["faces"], report["failed"]) == (2, 3, [])
    home.run("enrol", "Ann", photo, "--face", "1")
    home.run("people", "confirm", "Bob", "--new", "2")
    status = home.json("status")
    assert (status["directory"], status["roots"]) == (str(home.library), [str(photos)])
    assert replace(home, database=status["database"]).json("status") == status, "its URL names another database"
    home.run("check", "--fix")
    home.run("doctor")
    home.run("backup", backup)
    home.run("people", "rename", "Ann", "Bea")
    assert home.json("restore", backup)["people"] == 2
    assert [one["name"] for one in home.json("people", "list")["people"]] == ["Ann", "Bob"]
    home.run("people", "export", "--out", names)
    home.run("people", "export", "--xmp", sidecars)
    assert home.json("people", "import", names)["already"] == 2
    assert home.json("people", "import", sidecars)["already"] == 2
    assert served_paths(home.library) == [str(photo)]
    goes.unlink()
    home.run("index", photos)
    assert home.json("prune", "--yes")["files"] == [str(goes)]
    home.run("people", "forget", "Ann", "--yes")

    after = home.files()
    index = home.library / "index" / ColourEmbedder.info.sha256[:12]
    made = {
        home.library / "catalog.sqlite3",
        home.library / "writer.lock",
        index / "manifest.json",
        *index.glob("????????.faiss"),
        backup,
        names,
        sidecars / photo.relative_to("/").with_name(f"{photo.name}.xmp"),
    }
    assert after.keys() == (before.keys() | made) - {goes}
    assert [path for path in before.keys() & after.keys() if after[path] != before[path]] == []


def test_a_catalog_that_a_url_names_is_in_that_file_and_forgotten_with_its_copies(place: Path, name: str) -> None:
    path = place / "databases" / name
    home = Home(place, name, f"sqlite:///{quote(os.fsencode(path))}")
    photo, backup = home.of("photos", ".png"), home.of("backups")
    home.add_neighbours("databases")
    before = home.files()
    backup.parent.mkdir()
    home.run("enrol", "Ann", paint(photo, RED))
    status = home.json("status")
    assert replace(home, database=status["database"]).json("status") == status, "its URL names another database"
    home.run("backup", backup)
    home.run("people", "rename", "Ann", "Bea")
    kept = Path(home.json("restore", backup)["kept"])
    assert [one["name"] for one in home.json("people", "list")["people"]] == ["Ann"]
    assert kept.parent == path.parent
    assert kept.name.startswith(f"{path.name}.before-restore-")
    home.run("people", "forget", "Ann", "--yes")
    after = home.files()
    outside = {one for one in after if home.library not in one.parents}
    assert outside == before.keys() | {path, photo, backup}
    assert [one for one in before if after[one] != before[one]] == []


def test_reports_and_styled_pictures_lie_where_they_were_told(place: Path) -> None:
    home = Home(place, ALL_AT_ONCE)
    photo, style = home.of("photos", ".png"), paint_style(home.of("styles", ".png"), BLUE)
    home.run("index", paint(photo, RED))
    pages = [home.of("pages", ".html"), home.of("galleries", ".html")]
    for page in pages:
        page.parent.mkdir()
    home.run("report", "people", "--out", pages[0])
    home.run("style", "run", photo, "--style", style, "--out", home.of("painted"), "--size", "64", "--steps", "1")
    (job,) = home.json("style", "list")["jobs"]
    home.run("style", "gallery", "--out", pages[1])
    picture = Path(job["what"]["output_path"])
    assert picture.parent == home.of("painted")
    assert {path for path in home.files() if home.library not in path.parents} == {photo, style, picture, *pages}
