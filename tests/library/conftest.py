"""A painted library and a folder for its photos."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.painted import PaintedLibrary, painted_library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[PaintedLibrary]:
    with painted_library(tmp_path / "library") as library:
        yield library
