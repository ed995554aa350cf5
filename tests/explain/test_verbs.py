"""recog explain on the command line: files, documents, words, and bad input."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from recog.cli.app import app
from tests.cli.conftest import open_painted
from tests.painted import BLUE, RED, paint


def explain(tmp_path: Path, *words: str | Path) -> Result:
    arguments = ["--library", str(tmp_path / "library"), "explain", *map(str, words)]
    return CliRunner().invoke(app, arguments, obj=open_painted, prog_name="recog")


@pytest.mark.networks
def test_layers_write_a_private_page_and_delete_their_unfinished_state(tmp_path: Path) -> None:
    for number, colour in enumerate((RED, BLUE)):
        paint(tmp_path / "photos" / f"{number}.png", colour)
    (tmp_path / "photos" / "broken.png").write_bytes(b"no photo")
    out = tmp_path / "onet.html"
    words = ("layers", "onet", tmp_path / "photos", "--layer", "conv1", "--unit", "3", "--unit", "5", "--out", out)
    document = json.loads(explain(tmp_path, *words, "--json").stdout)
    assert {name: document[name] for name in ("file", "network", "photos", "shown")} == {
        "file": str(out), "network": "onet", "photos": 3, "shown": 2,
    }  # fmt: skip
    (layer,) = document["layers"]
    assert (layer["name"], layer["units"], layer["field"], layer["places"]) == ("conv1", 32, [3, 3], [46, 46])
    assert [(one["unit"], len(one["patches"])) for one in layer["strongest"]] == [(3, 2), (5, 2)]
    assert out.stat().st_mode & 0o777 == 0o600
    page = out.read_text()
    assert page.count('<details class="unit">') == 2
    assert "<script" not in page
    assert [one.name for one in tmp_path.iterdir() if "unfinished" in one.name] == []
    told = explain(tmp_path, *words).stdout
    assert told.startswith(f"Wrote {out}: 2 units in 1 layer of onet, over 2 faces of 3 photos in ")
    assert "broken.png is not a photo" in told or "Could not be read: " in told


@pytest.mark.networks
def test_an_unknown_layer_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "0.png", RED)
    page = tmp_path / "onet.html"
    refused = explain(tmp_path, "layers", "onet", tmp_path / "photos", "--layer", "conv9", "--out", page)
    assert (refused.exit_code, page.exists()) == (1, False)
    assert "onet has no layer 'conv9': choose among conv1, conv2, conv3, conv4, dense5, " in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("layers", "onet", ".", "--out", "page.png"),
        ("layers", "onet", ".", "--looks", "--out", "page.html"),
        ("face", "photo.png", "--out", "why.jpg"),
        ("pair", "photo.png", "other.png", "--out", "why"),
    ],
)
def test_what_cannot_be_written_is_wrong_usage_before_anything_is_measured(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert explain(tmp_path, *words).exit_code == 2


def test_a_face_and_a_pair_are_told_in_words_and_as_documents(tmp_path: Path) -> None:
    red, other, blue = (
        paint(tmp_path / f"{name}.png", colour, noise=number)
        for number, (name, colour) in enumerate((("red", RED), ("other", RED), ("blue", BLUE)))
    )
    picture = tmp_path / "why.png"
    document = json.loads(explain(tmp_path, "face", red, "--no-gradient", "--out", picture, "--json").stdout)
    assert (document["file"], document["photo"], document["face"], document["gradient"]) == (
        str(picture), str(red), 1, False,
    )  # fmt: skip
    assert sum(document["parts"].values()) == pytest.approx(1.0, abs=1e-4)
    assert picture.stat().st_mode & 0o777 == 0o600
    assert picture.read_bytes().startswith(b"\x89PNG")
    page = tmp_path / "why.html"
    told = explain(tmp_path, "pair", red, other, "--no-gradient", "--out", page).stdout
    assert told.startswith("recog calls them one person: their squared distance of 0.000 is below the limit of 0.500 ")
    assert told.rstrip().endswith(f"Wrote {page}.")
    assert "Why one person?" in page.read_text()
    apart = json.loads(explain(tmp_path, "pair", red, blue, "--no-gradient", "--out", page, "--json").stdout)
    assert apart["same"] is False
    assert "Why two people?" in page.read_text()


def test_a_photo_without_a_face_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    page = tmp_path / "why.html"
    refused = explain(tmp_path, "face", paint(tmp_path / "none.png", None), "--no-gradient", "--out", page)
    assert (refused.exit_code, page.exists()) == (1, False)
    assert "none.png shows no face that can be found" in refused.stderr
