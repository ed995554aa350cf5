"""recog search --person, --in, --since and --until."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.painted import GREEN, RED, paint

Recog = Callable[..., Result]


@pytest.fixture
def ann(recog: Recog, folder: Path) -> Path:
    """A photo of the library, which holds one of Bob too."""
    photo = paint(folder / "a" / "ann.png", RED)
    recog("enrol", "Bob", paint(folder / "b" / "bob.png", GREEN))
    recog("index", folder)
    return photo


def test_options_limit_what_is_found(recog: Recog, ann: Path, folder: Path) -> None:
    def found(*limits: str | Path) -> list[str]:
        result = recog("search", ann, *limits, "--json")
        assert result.exit_code == 0, result.stderr
        (face,) = json.loads(result.stdout)["faces"]
        return [Path(path).name for one in face["found"] for path in one["paths"]]

    assert found() == ["ann.png", "bob.png"]
    assert found("--person", "Bob") == ["bob.png"]
    assert found("--in", folder / "a") == ["ann.png"]
    assert found("--since", "2020-01-01", "--until", "2020-01-01") == []


@pytest.mark.parametrize(
    ("limits", "code", "said"),
    [
        (("--since", "yesterday"), 2, "yesterday"),
        (
            ("--since", "2020-01-02", "--until", "2020-01-01"),
            1,
            "no day is both after 2020-01-02 and before 2020-01-01",
        ),
        (("--in", "/nowhere"), 1, "the library knows no file in /nowhere"),
        (("--person", "Nobody"), 1, "Nobody"),
    ],
)
def test_limits_that_cannot_be_met_are_told_in_one_sentence(
    recog: Recog, ann: Path, limits: tuple[str, str], code: int, said: str
) -> None:
    result = recog("search", ann, *limits)
    assert (result.exit_code, said in result.stderr, "Traceback" in result.stderr) == (code, True, False)
