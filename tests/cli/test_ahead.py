"""Verbs that are asked about a photo load the networks while the rest of recog is imported."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from recog.cli.app import app
from recog.cli.session import Progress
from recog.config import Settings
from tests.cli.conftest import open_painted
from tests.painted import PaintedLibrary


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("identify", "a.jpg"), True),
        (("identify", "--all"), False),
        (("enrol", "Ada", "a.jpg"), True),
        (("verify", "a.jpg", "b.jpg"), True),
        (("search", "a.jpg"), True),
        (("people", "list"), False),
    ],
)
def test_the_networks_are_loaded_ahead_if_a_photo_is_asked_about(
    words: tuple[str, ...], expected: bool, tmp_path: Path
) -> None:
    asked: list[bool] = []

    def opener(settings: Settings, weights_progress: Progress, /, *, ahead: bool = False) -> PaintedLibrary:
        asked.append(ahead)
        return open_painted(settings, weights_progress)

    CliRunner().invoke(app, ["--library", str(tmp_path), *words], obj=opener, prog_name="recog")
    assert asked == [expected]
