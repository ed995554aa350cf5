"""The verbs about one person beyond the name, undo by number, and copies."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import Result

from tests.painted import BLUE, GREEN, RED, paint

Recog = Callable[..., Result]


@pytest.fixture
def enrolled(recog: Recog, folder: Path) -> Path:
    """Enrol Ann (red) with two photos and Bob (green) with one."""
    photos = {
        "Ann": [paint(folder / f"ann{n}.png", RED, noise=n) for n in (1, 2)],
        "Bob": [paint(folder / "b.png", GREEN)],
    }
    for name, shown in photos.items():
        assert recog("enrol", name, *shown).exit_code == 0
    return folder


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_date_of_birth_is_given_shown_and_removed(recog: Recog, enrolled: Path) -> None:
    assert recog("people", "born", "ann", "1906-12-09").stdout == "Ann: born on 9 December 1906\n"
    assert document(recog("people", "born", "Ann", "1906-12-09", "--json"))["born"] == "1906-12-09"
    told = recog("people", "history", "-n", 1).stdout.splitlines()[-1]
    assert told.endswith("said that Ann was born on 9 December 1906")
    assert recog("people", "born", "Ann", "--unknown").stdout == "Ann: no date of birth\n"
    assert recog("people", "history", "-n", 1).stdout.endswith("removed the date of birth of Ann\n")
    assert recog("people", "born", "Ann", "3000-01-01").stderr.endswith(
        "nobody on a photo was born on 3000-01-01: give a day from 1800-01-01 to today\n"
    )
    for words in ((), ("1906-12-09", "--unknown"), ("9.12.1906",)):
        assert recog("people", "born", "Ann", *words).exit_code == 2


def test_a_cover_is_chosen_and_says_when_another_face_stands_in(recog: Recog, enrolled: Path) -> None:
    first, second = (one["id"] for one, _ in document(recog("people", "show", "Ann", "--json"))["faces"])
    said = recog("people", "cover", "Ann", second).stdout
    assert said == f"Ann: shown by face {second}, which you chose\n"
    assert recog("people", "confirm", "Bob", second).exit_code == 0
    (ann, _) = document(recog("people", "list", "--json"))["people"]
    assert (ann["cover_face_id"], ann["chosen_cover_face_id"]) == (first, second)
    assert recog("people", "cover", "Ann", second).stderr.endswith(f"face {second} is not Ann's: confirm it first\n")
    assert recog("people", "cover", "Ann", "--automatic").stdout == f"Ann: shown by face {first}, which recog chose\n"
    told = [line.split("  ")[-1] for line in recog("people", "history", "-n", 3).stdout.splitlines()[1:]]
    assert told == [
        "let recog choose the cover of Ann",
        f"confirmed face {second} as Bob",
        f"chose face {second} as the cover of Ann",
    ]
    for words in ((), (first, "--automatic")):
        assert recog("people", "cover", "Ann", *words).exit_code == 2


def test_all_photos_of_a_person_are_written_into_one_archive(recog: Recog, enrolled: Path, tmp_path: Path) -> None:
    said = recog("people", "download", "Ann", tmp_path / "ann.zip").stdout
    assert said == f"Wrote {tmp_path}/ann.zip: 0.0 MB\n"
    with ZipFile(tmp_path / "ann.zip") as zipped:
        assert sorted(zipped.namelist()) == ["ann1.png", "ann2.png"]
    assert (tmp_path / "ann.zip").stat().st_mode & 0o777 == 0o600
    refused = recog("people", "download", "Ann", tmp_path / "none" / "ann.zip")
    assert (refused.exit_code, "cannot be written" in refused.stderr) == (1, True)
    assert recog("people", "download", "Eve", tmp_path / "eve.zip").exit_code == 1
    assert not (tmp_path / "eve.zip").exists()


def test_who_looks_alike_is_listed_and_who_was_told_apart_is_marked(recog: Recog, enrolled: Path) -> None:
    assert recog("people", "distinct", "Ann", "Bob").exit_code == 0
    (row,) = recog("people", "similar", "Ann").stdout.splitlines()[1:]
    assert (row.split()[0], row.endswith("said to be another person")) == ("Bob", True)
    assert recog("people", "forget", "Bob", "--yes").exit_code == 0
    assert recog("people", "similar", "Ann").stdout.startswith("Nobody to compare with Ann")


def test_ignored_faces_are_listed(recog: Recog, enrolled: Path) -> None:
    assert recog("people", "ignored").stdout == "No face is ignored.\n"
    assert recog("people", "ignore", 3).exit_code == 0
    assert recog("people", "ignored").stdout.splitlines()[1:] == [
        "   3      3",
        "1 face of 1 ignored. 'recog people unignore FACE' takes one back.",
    ]
    assert recog("people", "ignored", "--start", 1).stdout == "No further face is ignored.\n"


def test_an_earlier_act_is_undone_by_its_number(recog: Recog, enrolled: Path) -> None:
    assert recog("people", "ignore", 3).exit_code == 0
    assert recog("people", "born", "Ann", "1906-12-09").exit_code == 0
    number = recog("people", "history").stdout.splitlines()[2].split()[0]
    assert recog("people", "undo", number).stdout.startswith("Undone: ignored face 3 (")
    again = recog("people", "undo", number)
    assert (again.exit_code, f"act {number} was undone already" in again.stderr) == (1, True)
    refused = recog("people", "undo", 1)
    assert (refused.exit_code, "because act 4 (born) changed" in refused.stderr) == (1, True)


def test_copies_are_listed_for_people_and_for_xargs(recog: Recog, folder: Path) -> None:
    copy, sea = folder / "copy.png", paint(folder / "sea.png", BLUE)
    copy.write_bytes(sea.read_bytes())
    assert recog("index", folder).exit_code == 0
    told = recog("report", "copies").stdout.splitlines()
    assert [line.partition("  (")[0] for line in told[:2]] == [f"keep  {copy}", f"copy  {sea}"]
    assert recog("report", "copies", "-0").stdout_bytes == f"{sea}\0".encode()
    (group,) = document(recog("report", "copies", "--json"))["groups"]
    assert group["exact"]
    assert recog("report", "copies", "-0", "--json").exit_code == 2
