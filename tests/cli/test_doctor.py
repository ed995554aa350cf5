"""`recog doctor`: a line for each check, one JSON document for programs, and an exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.painted import RED, paint


@pytest.fixture(autouse=True)
def _no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECOG_CACHE", str(tmp_path / "cache"))


def test_it_exits_with_1_only_where_something_needs_a_hand(
    recog: Callable[..., Result], folder: Path, tmp_path: Path
) -> None:
    paint(folder / "a.png", RED)
    recog("index", folder)
    well = recog("doctor")
    assert (well.exit_code, well.stdout.splitlines()[-1]) == (0, "Nothing needs a hand.")
    (tmp_path / "library").chmod(0o755)
    ill = recog("doctor")
    assert (ill.exit_code, ill.stdout.splitlines()[-1]) == (1, "1 thing needs a hand.")
    (line,) = [line for line in ill.stdout.splitlines() if line.startswith("!")]
    assert line.startswith("! permissions")
    document = json.loads(recog("doctor", "--json").stdout)
    assert not document["ok"]
    assert [one["way_out"] for one in document["observations"] if not one["ok"]] == [
        f"chmod -R go= {tmp_path / 'library'}"
    ]
