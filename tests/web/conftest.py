"""A painted library behind a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.web.access import Access
from recog.web.app import create_app
from recog.web.libraries import Libraries
from recog.web.place import Place
from tests.painted import BLUE, RED, PaintedLibrary, paint, painted_library
from tests.web.client import TOKEN, Client
from tests.web.served import Served, serving

PLACE = Place("127.0.0.1", 8765)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[PaintedLibrary]:
    """Another process's view of the library that the server shows."""
    with painted_library(tmp_path / "library") as library:
        yield library


@pytest.fixture
def faces(library: PaintedLibrary, folder: Path) -> list[int]:
    """Faces 1 to 3 are red, on photos red0.png to red2.png, face 4 is blue; Ada is face 1, and by distance 2 and 3."""
    paths = [paint(folder / f"red{number}.png", RED, noise=number) for number in range(3)]
    for path in (*paths, paint(folder / "sea.png", BLUE)):
        library.index([path])
    library.confirm("Ada", [1], new=True)
    return [1, 2, 3, 4]


@pytest.fixture
def libraries(tmp_path: Path) -> Iterator[Libraries]:
    with Libraries(lambda: painted_library(tmp_path / "library")) as libraries:
        yield libraries


@pytest.fixture
def access() -> Access:
    return Access(TOKEN)


@pytest.fixture
def client(libraries: Libraries, access: Access, faces: list[int]) -> Client:
    """Asks with the token."""
    return Client(create_app(libraries, access=access, place=PLACE), PLACE)


@pytest.fixture
def served(libraries: Libraries, access: Access, faces: list[int]) -> Iterator[Served]:
    """A server that really listens, in a thread; `url` and `access.code` are what a browser needs."""
    with serving(libraries, access) as served:
        yield served
