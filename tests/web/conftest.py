"""A painted library behind a server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.web.access import Access
from recog.web.app import create_app
from recog.web.attempts import Attempts
from recog.web.library import ServedLibrary
from recog.web.place import Place
from tests.browser import Browser
from tests.painted import BLUE, RED, PaintedLibrary, paint, painted_library
from tests.web.client import TOKEN, Client
from tests.web.served import Served, serving
from tests.web.visitor import Visitor

PLACE = Place("127.0.0.1", 8765)


@pytest.fixture(scope="session")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with `photos` and an indexed `library`, which tests copy."""
    folder = tmp_path_factory.mktemp("painted")
    for number in range(3):
        paint(folder / "photos" / f"red{number}.png", RED, noise=number)
    paint(folder / "photos" / "sea.png", BLUE)
    with painted_library(folder / "library") as library:
        library.index(folder / "photos")
        library.people.confirm("Ada", [1], new=True)
    return folder


@pytest.fixture
def folder(painted: Path) -> Path:
    """Return the directory of photos, which tests must not change."""
    return painted / "photos"


@pytest.fixture
def faces(painted: Path, tmp_path: Path) -> list[int]:
    """Copy the library. Faces 1 to 3 are red and 4 blue; Ada is face 1 and, by distance, faces 2 and 3."""
    shutil.copytree(painted / "library", tmp_path / "library")
    return [1, 2, 3, 4]


@pytest.fixture
def library(tmp_path: Path, faces: list[int]) -> Iterator[PaintedLibrary]:
    """Open the server's library as another process would."""
    with painted_library(tmp_path / "library") as library:
        yield library


@pytest.fixture
def opened(tmp_path: Path, faces: list[int]) -> Iterator[ServedLibrary]:
    with ServedLibrary(painted_library(tmp_path / "library")) as opened:
        yield opened


@pytest.fixture
def access() -> Access:
    return Access(TOKEN)


@pytest.fixture
def client(opened: ServedLibrary, access: Access) -> Iterator[Client]:
    """Return a client that has the token."""
    attempts = Attempts(clock=lambda: 0.0)  # no time passes between two tries to log in
    with Client(create_app(opened, access=access, place=PLACE, attempts=attempts), PLACE) as client:
        yield client


@pytest.fixture
def served(opened: ServedLibrary, access: Access) -> Iterator[Served]:
    """Run a listening server in a thread; a browser opens its `entry` first."""
    with serving(opened, access) as served:
        yield served


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Run one browser for all tests of a file; each test has its own server at another port."""
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def visitor(served: Served, browser: Browser) -> Visitor:
    return Visitor(browser, served)
