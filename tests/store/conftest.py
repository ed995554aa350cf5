"""Every store test runs on SQLite and on a real PostgreSQL server that the tests start themselves."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator

from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.engine import open_catalog
from recog.store.records import SavedPhoto, ScannedPhoto
from recog.types import Embeddings, FaceBox, FileStat, NetworkInfo, NewFace
from tests.databases import database_at
from tests.postgres import Databases

LANDMARKS = ((12.5, 20.0), (25.0, 20.5), (18.0, 28.0), (14.0, 35.0), (23.0, 35.25))
DETECTOR = "d" * 64


def network_named(name: str, *, digest: str = "a", dim: int = 8) -> NetworkInfo:
    return NetworkInfo(name, digest * 64, dim, 160, 1.19, "nobody", "none", "the tests")


class Scans:
    """Makes scanned photos: contents by letter, faces by where they are."""

    detector = DETECTOR
    network = network_named("small")
    other_network = network_named("other", digest="b")

    def __init__(self, random: Generator, folder: Path) -> None:
        self.random = random
        self.folder = folder

    def network_of(self, dim: int) -> NetworkInfo:
        return network_named(f"of {dim}", digest="c", dim=dim)

    def vector(self, dim: int = 8) -> Embeddings:
        numbers = self.random.normal(size=dim).astype(np.float32)
        return numbers / np.linalg.norm(numbers)

    def face(self, left: float, *, top: float = 10.0, side: float = 20.0, vector: Embeddings | None = None) -> NewFace:
        box = FaceBox(left, top, left + side, top + side * 1.5, 0.999, LANDMARKS)
        thumbnail = b"\xff\xd8" + self.random.bytes(400)
        return NewFace(box, self.vector() if vector is None else vector, 12.5, thumbnail)

    def path(self, name: str) -> Path:
        return self.folder / name

    def stat(self, name: str, mtime_ns: int = 1) -> FileStat:
        return FileStat(self.path(name), 1000, mtime_ns)

    def photo(self, name: str, content: str, *faces: NewFace, size: tuple[int, int] = (200, 100)) -> ScannedPhoto:
        """A file `name` that shows `content` (any text: its digest is made of it)."""
        digest = content.encode().hex().ljust(64, "0")
        return ScannedPhoto(self.stat(name), digest, *size, None, faces)

    def save(self, catalog: Catalog, *batch: ScannedPhoto) -> list[SavedPhoto]:
        return catalog.photos.save(batch, detector=self.detector, network=self.network)


@pytest.fixture
def scans() -> Scans:
    return Scans(np.random.default_rng(7), Path("/photos"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'library' / 'recog.db'}"
        return
    databases: Databases = request.getfixturevalue("databases")
    made = databases.new()
    yield made
    databases.drop(made)


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    return tmp_path / "library" / "recog.db"


@pytest.fixture
def open_again(url: str) -> Iterator[Callable[[], Catalog]]:
    """Opens the test's catalog as often as asked; all are closed at the end."""
    opened: list[Catalog] = []

    def open_one() -> Catalog:
        opened.append(open_catalog(url, busy_seconds=5.0))
        return opened[-1]

    yield open_one
    for catalog in opened:
        catalog.close()


@pytest.fixture
def catalog(open_again: Callable[[], Catalog]) -> Catalog:
    """An open, empty catalog, on each engine in turn."""
    return open_again()


@pytest.fixture
def database(url: str, catalog: Catalog) -> Iterator[Database]:
    """The database of `catalog`, for what the catalog has no question for."""
    with database_at(url) as opened:
        yield opened


@pytest.fixture
def loose_umask() -> Iterator[None]:
    """A umask that forbids nothing: what is private is so by our own doing."""
    before = os.umask(0)
    yield
    os.umask(before)
