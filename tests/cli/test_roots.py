"""recog roots."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.painted import GREEN, RED, paint

Recog = Callable[..., Result]


def test_roots_are_listed_mapped_and_unmapped(recog: Recog, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no library" in recog("roots", "list").stderr
    paint(folder / "1.png", RED)
    paint(folder / "2.png", GREEN)
    monkeypatch.setenv("RECOG_HOST", "nas")
    recog("index", folder)
    assert recog("roots", "list").stdout == f"root  files  folder\n   1      2  {folder}\n"
    monkeypatch.setenv("RECOG_HOST", "desk")
    here = folder.rename(folder.with_name("here"))
    assert recog("roots", "list").stdout == (
        f"root  files  on this machine      on other machines\n   1      2  not on this machine  nas: {folder}\n"
    )
    refused = recog("roots", "map", "1", folder.parent)
    assert refused.exit_code == 1
    assert refused.stderr == (
        f"recog: {folder.parent} does not look like root 1: of 2 of its files 0 are there: name another folder, or "
        "give --unlike if it is the root all the same\n"
    )
    mapped = json.loads(recog("roots", "map", "1", here, "--json").stdout)
    assert mapped["host"] == "desk"
    assert [(root["path"], root["files"]) for root in mapped["roots"]] == [(str(here), 2)]
    assert "2 unchanged" in recog("index", here).stdout
    assert f"not on this machine  nas: {folder}" in recog("roots", "unmap", here).stdout


def test_a_root_is_forgotten_after_a_question(recog: Recog, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paint(folder / "1.png", RED, GREEN)
    monkeypatch.setenv("RECOG_HOST", "nas")
    recog("enrol", "Ann", folder / "1.png", "--face", "1")
    recog("index", folder)
    assert f"root 1 is on this machine, at {folder}: prune that folder" in recog("roots", "forget", "1").stderr
    monkeypatch.setenv("RECOG_HOST", "desk")
    told = (
        f"The library knows 1 file in root 1 (nas: {folder}). "
        "No other file shows 1 photo with 2 faces, of which confirmed: Ann 1.\n"
    )
    for answer, said in (("n\n", "nothing was forgotten"), ("", "nobody answered: give --yes to skip the question")):
        refused = recog("roots", "forget", "1", answer=answer)
        assert (refused.exit_code, told in refused.stderr, said in refused.stderr) == (1, True, True)
    document = json.loads(recog("roots", "forget", "1", "--yes", "--json").stdout)
    assert (document["photos"], document["faces"], document["dropped"]) == (1, 2, True)
    assert recog("roots", "list").stdout == "No folder was indexed yet.\n"
    assert "no root has the number 1" in recog("roots", "forget", "1").stderr


def test_a_root_whose_photos_others_have_costs_no_photo(
    recog: Recog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = paint(folder.parent / "other" / "copy.png", RED).parent
    monkeypatch.setenv("RECOG_HOST", "nas")
    recog("index", paint(folder / "1.png", RED).parent)
    monkeypatch.setenv("RECOG_HOST", "desk")
    recog("index", other)
    asked = recog("roots", "forget", "1", answer="y\n")
    told = f"The library knows 1 file in root 1 (nas: {folder}); other files show the same photos, which stay.\n"
    assert told in asked.stderr
    assert asked.stdout.endswith(f"Forgot root 1 (nas: {folder}) with 1 file.\n")
