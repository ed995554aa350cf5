"""recog people mark."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tests.painted import GREEN, MISSED, RED, paint, paint_missed

Recog = Callable[..., Result]
BOX = tuple(map(str, MISSED))


def test_a_missed_face_is_marked_told_and_undone(recog: Recog, folder: Path) -> None:
    photo = paint_missed(folder / "a.png", RED, None, None, GREEN)
    recog("index", folder)
    assert recog("people", "mark", photo, *BOX, "Ann").stdout == "Ann: 1 confirmed, 0 matched\n  face 2, drawn\n"
    dark = recog("people", "mark", photo, "70", "30", "20", "20", "Ben").stdout.splitlines()[1]
    assert dark.startswith(
        "  face 3, drawn; no eyes, nose and mouth are seen in the box that was drawn: it keeps its name"
    )
    again = recog("people", "mark", photo, *BOX, "Cem", "--json")
    told = json.loads(again.stdout)
    assert (told["added"], told["was"], told["face"]["id"], told["face"]["drawn"]) == (False, "Ann", 2, True)
    recog("people", "undo")
    assert "drew face 2 of Ann" in recog("people", "history").stdout
    assert "3 faces (2 of them drawn by hand)" in recog("doctor").stdout
    recog("people", "undo")
    assert "drew face 3 of Ben" not in recog("people", "undo").stdout
    assert "faces      1" in recog("status").stdout


def test_what_cannot_be_marked_is_one_sentence(recog: Recog, folder: Path) -> None:
    photo = paint_missed(folder / "a.png", RED)
    recog("index", folder)
    recog("people", "mark", photo, *BOX, "Weiss")
    stranger = paint(folder / "new.png", GREEN)
    for arguments, code, said in (
        ((photo, "1000", "0", "50", "50", "Ann"), 1, "less than 8 by 8 pixels of the box are on the photo"),
        ((photo, "0", "0", "x", "50", "Ann"), 2, "unable to parse string as a number"),
        ((photo, "2", "30", "20", "20", "Weiß"), 1, "--near takes 'Weiß' for somebody else"),
        ((stranger, *BOX, "Ann"), 1, "is not in the library as it is now: run 'recog index FOLDER' first"),
        ((folder / "none.png", *BOX, "Ann"), 1, "none.png"),
    ):
        answer = recog("people", "mark", *arguments)
        assert answer.exit_code == code, arguments
        assert said in answer.stderr, answer.stderr
