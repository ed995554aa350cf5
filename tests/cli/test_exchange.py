"""recog people export and import."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.painted import GREEN, RED, paint

Recog = Callable[..., Result]


def test_names_go_out_and_come_in_by_file_and_by_sidecar(recog: Recog, folder: Path, tmp_path: Path) -> None:
    two = paint(folder / "two.png", RED, GREEN)
    recog("enrol", "Ada", two, "--face", "1")
    assert (
        f"Wrote 1 face of 1 person to {tmp_path}/names.csv (a file)."
        in recog("people", "export", "--out", tmp_path / "names.csv").stdout
    )
    assert "(1 sidecar)" in recog("people", "export", "--xmp", tmp_path / "xmp").stdout
    recog("people", "rename", "Ada", "Eve")
    told = recog("people", "import", tmp_path / "xmp")
    assert told.exit_code == 0
    assert "1 face of which a human says otherwise here, left as they are; --replace renames them:" in told.stdout
    document = json.loads(recog("people", "import", tmp_path / "names.csv", "--replace", "--json").stdout)
    assert (document["confirmed"], document["created"], document["conflicts"][0]["confirmed"]) == (1, ["Ada"], "Eve")


@pytest.mark.parametrize("words", [("--beside",), ("--xmp", "--beside"), ("--beside", "--matched")])
def test_names_go_out_beside_the_photos(recog: Recog, folder: Path, words: tuple[str, ...]) -> None:
    recog("enrol", "Ada", paint(folder / "one.png", RED))
    told = recog("people", "export", *words)
    assert (told.exit_code, told.stdout) == (0, "Wrote 1 face of 1 person beside the photos (1 sidecar).\n")
    assert (folder / "one.png.xmp").is_file()


def test_names_that_came_in_name_the_faces_near_theirs_at_once(recog: Recog, folder: Path, tmp_path: Path) -> None:
    ada = paint(folder / "ada.png", RED)
    recog("enrol", "Ada", ada)
    recog("people", "export", "--out", tmp_path / "names.json")
    recog("people", "forget", "Ada", "--yes")
    other = tmp_path / "other"
    paint(folder / "again.png", RED, noise=1)
    recog("index", folder, "--library", other)
    recog("people", "import", tmp_path / "names.json", "--library", other)
    listed = json.loads(recog("people", "list", "--json", "--library", other).stdout)["people"]
    assert [(person["confirmed"], person["matched"]) for person in listed] == [(1, 1)]


def test_a_folder_without_sidecars_is_said_so(recog: Recog, folder: Path) -> None:
    recog("enrol", "Ada", paint(folder / "ada.png", RED))
    told = recog("people", "import", folder)
    assert (told.exit_code, told.stderr) == (
        1,
        f"recog: no .xmp sidecar, and no photo with names in it, is below {folder}: name the folder that holds them\n",
    )


def test_what_cannot_be_meant_is_refused(recog: Recog, tmp_path: Path) -> None:
    for words, said in (
        (("people", "export", "--beside", "--out", "a.json"), "give one of --out FILE, --xmp DIR and --beside"),
        (("people", "export"), "give one of --out FILE, --xmp DIR and --beside"),
        (("people", "import", tmp_path / "a.txt"), "no .json, .csv or .xmp file, no photo and no folder"),
        (("people", "import", "a.json", "b.json"), "one file of names at a time"),
    ):
        result = recog(*words)
        assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
