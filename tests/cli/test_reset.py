"""recog people reset."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tests.painted import BLUE, GREEN, RED, paint

Recog = Callable[..., Result]


def test_forgotten_faces_are_found_again_once_their_photo_is_reset(recog: Recog, folder: Path) -> None:
    both, alone = paint(folder / "both.png", RED, GREEN), paint(folder / "alone.png", RED, noise=1)
    paint(folder / "other.png", BLUE)
    recog("index", folder)
    recog("enrol", "Ann", both, "--face", "1")
    recog("enrol", "Ann", alone)
    recog("people", "forget", "Ann", "--yes")
    assert json.loads(recog("index", folder, "--json").stdout)["faces"] == 0
    told = recog("people", "reset", both).stdout
    assert told == "1 forgotten face may be found again: index the photos.\n"
    assert json.loads(recog("people", "reset", both, folder / "other.png", "--json").stdout)["faces"] == 0
    assert json.loads(recog("index", folder, "--json").stdout)["faces"] == 1
    assert "faces      3" in recog("status").stdout
    assert "Ann" not in recog("people", "list").stdout


def test_a_copy_of_the_photo_serves_and_one_that_is_not_there_is_said_so(recog: Recog, folder: Path) -> None:
    photo = paint(folder / "ann.png", RED)
    recog("enrol", "Ann", photo)
    recog("people", "forget", "Ann", "--yes")
    copy = folder.parent / "copy.png"
    copy.write_bytes(photo.read_bytes())
    absent = recog("people", "reset", folder / "none.png")
    assert (absent.exit_code, absent.stderr.count("\n")) == (1, 1)
    assert recog("people", "reset", copy).stdout.startswith("1 forgotten face ")
    assert json.loads(recog("index", folder, "--json").stdout)["faces"] == 1
