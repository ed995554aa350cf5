"""recog report map and report people, and reports by suffix."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tests.painted import GREEN, RED, paint

Recog = Callable[..., Result]


def test_a_map_is_drawn_and_its_numbers_are_told(recog: Recog, folder: Path, tmp_path: Path) -> None:
    for number in range(3):
        paint(folder / f"{number}.png", RED, GREEN, noise=number)
    recog("index", folder)
    out = tmp_path / "map.html"
    document = json.loads(recog("report", "map", "--out", out, "--json").stdout)
    told = {"file": str(out), "person": None, "faces": 6, "all_faces": 6, "kept": True}
    assert document == {**told, "added": 6}
    assert json.loads(recog("report", "map", "--out", out, "--json").stdout) == {**told, "added": 0}
    assert json.loads(recog("report", "map", "--out", out, "--anew", "--json").stdout) == {**told, "added": 6}
    assert out.read_text().startswith("<!doctype html>")
    refused = recog("report", "map", "--out", tmp_path / "map.svg")
    assert (refused.exit_code, "ends in .html or .png" in refused.stderr) == (2, True)
    page = tmp_path / "people.html"
    told = json.loads(recog("report", "people", "--out", page, "--json").stdout)
    assert (told["file"], told["people"], [one["faces"] for one in told["groups"]], told["lone_faces"]) == (
        str(page), 0, [3, 3], 0,
    )  # fmt: skip
    assert page.read_text().startswith("<!doctype html>")
    assert f"Wrote {page}: 0 people with a name, 2 groups" in recog("report", "people", "--out", page).stdout
    assert recog("report", "people", "--out", tmp_path / "people.csv").exit_code == 2
    table = tmp_path / "report.csv"
    assert recog("report", "duplicates", "--out", table).exit_code == 0
    assert table.read_text().startswith("kind,one,other")


def test_a_start_that_the_projection_cannot_take_is_wrong_usage(recog: Recog, tmp_path: Path) -> None:
    result = recog("report", "map", "--out", tmp_path / "map.html", "--seed", 2**32)
    assert (result.exit_code, "--seed" in result.stderr) == (2, True)
