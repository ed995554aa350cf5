"""recog people twins and recog report lookalikes."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tests.painted import BLUE, RED, paint

Recog = Callable[..., Result]


def test_twins_are_marked_listed_and_taken_back(recog: Recog, folder: Path) -> None:
    for name, colour in (("Ada", RED), ("Bea", BLUE)):
        assert recog("enrol", name, paint(folder / f"{name}.png", colour)).exit_code == 0
    assert recog("people", "twins").stdout == "Nobody has a twin.\n"
    told = recog("people", "twins", "ada", "Bea")
    assert told.stdout == "Ada and Bea are twins: recog asks which of them a face is, and names none by itself.\n"
    assert recog("people", "twins").stdout == "Ada and Bea\n"
    (pair,) = json.loads(recog("people", "twins", "--json").stdout)["twins"]
    assert (pair["person"]["name"], pair["other"]["name"], pair["twins"]) == ("Ada", "Bea", True)
    assert "said that Ada and Bea are twins" in recog("people", "history", "-n", 1).stdout
    assert "twins" in recog("people", "similar", "Ada").stdout
    (face,) = json.loads(recog("identify", paint(folder / "new.png", (220, 40, 40)), "--json").stdout)["photos"][0][
        "faces"
    ]
    assert (face["person"], face["likeness"]) == (None, "twins")
    assert [one["person"]["name"] for one in face["candidates"]] == ["Ada", "Bea"]
    assert recog("people", "twins", "Ada", "Bea", "--not").stdout.startswith("Ada and Bea are not twins")
    assert recog("people", "twins").stdout == "Nobody has a twin.\n"


def test_bad_input_is_told_in_one_sentence(recog: Recog, folder: Path) -> None:
    recog("enrol", "Ada", paint(folder / "a.png", RED))
    assert recog("people", "twins", "Ada").exit_code == 2
    assert recog("people", "twins", "--not").exit_code == 2
    alone = recog("people", "twins", "Ada", "ada")
    assert (alone.exit_code, "name two people" in alone.stderr) == (1, True)
    unknown = recog("people", "twins", "Ada", "Bee")
    assert (unknown.exit_code, "Bee" in unknown.stderr) == (1, True)


def test_the_report_of_lookalikes_has_rates(recog: Recog, folder: Path) -> None:
    photos = [paint(folder / f"{at}.png", colour) for at, colour in enumerate((RED, (215, 20, 90)))]
    recog("enrol", "Ada", *photos)
    found = recog("report", "lookalikes")
    assert found.stdout.startswith("Nobody is mixed up with anybody.\nTried 2 confirmed faces of 1 person: 2 would")
    assert json.loads(recog("report", "lookalikes", "--json").stdout)["pairs"] == []
