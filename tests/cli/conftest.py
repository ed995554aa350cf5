"""The command line on a library of painted faces."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from recog.cli.app import app
from recog.cli.session import Progress
from recog.config import Settings
from tests.painted import PaintedLibrary

Recog = Callable[..., Result]


def open_painted(settings: Settings, weights_progress: Progress, /, *, ahead: bool = False) -> PaintedLibrary:
    """Open a library that downloads no weights; the command line takes it in place of the real one."""
    return PaintedLibrary(settings)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def recog(tmp_path: Path) -> Recog:
    """Return a function that runs a verb on the library of this test."""
    return verbs_on(tmp_path / "library")


def verbs_on(library: Path) -> Recog:
    """Return a function that runs a verb on a library."""

    def run(*words: str | Path, answer: str = "") -> Result:
        arguments = ["--library", str(library), *map(str, words)]
        return CliRunner().invoke(app, arguments, obj=open_painted, input=answer, prog_name="recog")

    return run
