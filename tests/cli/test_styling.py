"""The style verbs: their options, their output and their files."""

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from recog.cli.style_search_options import StyleSearchOptions
from recog.cli.styling_options import StyleRunOptions
from recog.style.settings import StyleNet, StyleSettings
from recog.weights.registry import SPECS
from recog.weights.spec import Role
from tests.library.styling.styled import paint_style
from tests.painted import BLUE, GREEN, RED, paint

Recog = Callable[..., Result]
QUICK = ("--size", "64", "--steps", "2")


def document(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def waves(tmp_path: Path) -> Path:
    return paint_style(tmp_path / "waves.png", BLUE)


def test_the_options_start_at_the_defaults_of_the_settings() -> None:
    default = StyleSettings()
    given = {one.name: one.default for one in fields(StyleRunOptions)}
    named = {"weight": "beta"}
    checked = {name: given[name] for name in ("size", "steps", "weight", "faces", "colours", "seed", "network")}
    assert checked == {name: getattr(default, named.get(name, name)) for name in checked}
    assert {"size", "steps", "beta", "faces", "colours", "seed", "network"} <= {one.name for one in fields(default)}


def test_the_knobs_of_the_search_start_at_the_defaults_of_the_settings() -> None:
    assert StyleSettings(**StyleSearchOptions().changes()) == StyleSettings()


def test_every_knob_reaches_the_job(recog: Recog, folder: Path, waves: Path, tmp_path: Path) -> None:
    photo = paint(folder / "ann.png", RED)
    knobs = {
        "start": ("--start", "blend", "blend"),
        "noise": ("--noise", "0.3", 0.3),
        "alpha": ("--content-weight", "2", 2.0),
        "variation": ("--smoothness", "0.5", 0.5),
        "content_layer": ("--content-layer", "relu3_2", "relu3_2"),
        "style_layers": ("--style-layers", "relu1_1,relu2_1:0.5", [["relu1_1", 1.0], ["relu2_1", 0.5]]),
        "pooling": ("--pooling", "max", "max"),
        "form": ("--costs", "course", "course"),
        "optimiser": ("--optimiser", "descent", "descent"),
        "learning_rate": ("--rate", "0.4", 0.4),
        "scales": ("--scales", "1", 1),
        "style_scale": ("--style-scale", "0.5", 0.5),
    }
    options = [word for option, value, _ in knobs.values() for word in (option, value)]
    made = recog("style", "run", "--style", waves, "--out", tmp_path / "out", photo, *QUICK, *options, "--json")
    (job,) = document(made)["made"]
    settings = document(recog("style", "show", str(job["id"]), "--json"))["what"]["settings"]
    assert {name: settings[name] for name in knobs} == {name: value for name, (_, _, value) in knobs.items()}


@pytest.mark.parametrize("layers", ["", "relu1_1:", "relu1_1:x", ":1", "relu1_1,,relu2_1"])
def test_layers_that_cannot_be_read_are_one_sentence(recog: Recog, waves: Path, tmp_path: Path, layers: str) -> None:
    result = recog("style", "run", "--style", waves, "--out", tmp_path, waves, "--style-layers", layers)
    assert result.exit_code == 2
    assert "takes layers with weights" in result.stderr


def test_a_layer_that_the_network_lacks_is_named(recog: Recog, waves: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = recog("style", "run", "--style", waves, "--out", out, waves, "--content-layer", "relu9_9", *QUICK)
    assert result.exit_code == 1
    assert "no layer relu9_9: choose among relu1_1" in result.stderr


def test_the_choices_of_networks_are_those_of_the_registry() -> None:
    assert {one.value for one in StyleNet} == {name for name, one in SPECS.items() if one.role is Role.STYLE}


def test_a_batch_is_run_listed_shown_and_cleared(recog: Recog, folder: Path, waves: Path, tmp_path: Path) -> None:
    paint(folder / "ann.png", RED)
    (folder / "bad.png").write_text("no photo")
    result = recog("style", "run", "--style", waves, "--folder", folder, "--out", tmp_path / "out", *QUICK)
    assert result.exit_code == 0, result.stderr
    assert "1 picture made, 0 there already" in result.stdout
    assert "bad.png is not a photo" in result.stdout
    listed = document(recog("style", "list", "--json"))["jobs"]
    assert [job["state"] for job in listed] == ["done", "failed"]
    assert "ann.png" in recog("style", "list").stdout
    shown = recog("style", "show", str(listed[0]["id"])).stdout
    assert "steps 2" in shown
    assert "after 2 steps" in shown
    assert document(recog("style", "clear", "--json")) == {"jobs": 1}
    assert document(recog("style", "clear", "--all", "--json")) == {"jobs": 1}
    assert "No picture was styled yet" in recog("style", "list").stdout
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_run_in_json_names_what_was_made_and_kept(recog: Recog, folder: Path, waves: Path, tmp_path: Path) -> None:
    photos = [paint(folder / "ann.png", RED), paint(folder / "bob.png", GREEN)]
    words = ("style", "run", "--style", waves, "--out", tmp_path / "out", *QUICK, "--format", "jpg", "--json")
    first = document(recog(*words, photos[0]))
    both = document(recog(*words, *photos))
    assert [job["what"]["output_path"] for job in both["kept"]] == [job["what"]["output_path"] for job in first["made"]]
    assert [len(both[name]) for name in ("made", "kept", "failed", "unreadable")] == [1, 1, 0, 0]
    assert both["made"][0]["what"]["output_path"].endswith(".jpg")


def test_styles_are_blended_by_weights_and_shown_with_their_shares(
    recog: Recog, folder: Path, waves: Path, tmp_path: Path
) -> None:
    sun = paint_style(tmp_path / "sun.png", RED)
    words = ("style", "run", "--style", waves, "--style", sun, "--out", tmp_path / "out", *QUICK)
    photo = paint(folder / "ann.png", GREEN)
    (made,) = document(recog(*words, photo, "--blend", "7,3", "--json"))["made"]
    assert [style["share"] for style in made["what"]["styles"]] == [0.7, 0.3]
    assert "70 % waves.png + 30 % sun.png" in recog("style", "list").stdout
    assert "30 % " in recog("style", "show", str(made["id"])).stdout
    assert recog(*words, photo, "--blend", "much,little").exit_code == 2
    refused = recog(*words, photo, "--blend", "1")
    assert (refused.exit_code, refused.stderr) == (
        1, "recog: the blend has 1 weights for 2 styles: give one for each, in order\n"
    )  # fmt: skip


@pytest.mark.parametrize("chosen", [[], ["--person", "Ann", "--folder", "."], ["a.png", "--person", "Ann"]])
def test_exactly_one_choice_of_photos_is_taken(recog: Recog, waves: Path, tmp_path: Path, chosen: list[str]) -> None:
    result = recog("style", "run", "--style", waves, "--out", tmp_path / "out", *chosen)
    assert result.exit_code == 2
    assert "give one of" in result.stderr


def test_a_run_that_made_nothing_is_refused(recog: Recog, folder: Path, waves: Path, tmp_path: Path) -> None:
    (folder / "bad.png").write_text("no photo")
    result = recog("style", "run", "--style", waves, "--out", tmp_path / "out", folder / "bad.png", folder / "gone.png")
    assert result.exit_code == 1
    assert "no picture was made" in result.stderr
    assert "2 pictures could not be made" in result.stdout


def test_settings_out_of_range_are_one_sentence(recog: Recog, folder: Path, waves: Path, tmp_path: Path) -> None:
    photo = paint(folder / "ann.png", RED)
    result = recog("style", "run", "--style", waves, "--out", tmp_path / "out", photo, "--size", "3")
    assert result.exit_code == 1
    assert result.stderr == "recog: the style setting size must be a whole number from 32 to 8192, not 3\n"


def test_the_gallery_is_one_page_and_needs_a_picture(recog: Recog, folder: Path, waves: Path, tmp_path: Path) -> None:
    photo, page = paint(folder / "ann.png", RED), tmp_path / "gallery.html"
    assert recog("index", folder).exit_code == 0
    assert "no finished picture" in recog("style", "gallery", "--out", page).stderr
    assert recog("style", "run", "--style", waves, "--out", tmp_path / "out", photo, *QUICK).exit_code == 0
    result = recog("style", "gallery", "--out", page)
    assert result.exit_code == 0, result.stderr
    assert "wrote" in result.stderr
    assert page.read_text(encoding="utf-8").count("<img ") == 3
    assert page.stat().st_mode & 0o777 == 0o600
    assert recog("style", "gallery", "--out", tmp_path / "gallery.txt").exit_code == 2


def test_forgetting_says_which_pictures_are_left(recog: Recog, folder: Path, waves: Path, tmp_path: Path) -> None:
    paint(folder / "ann.png", RED)
    assert recog("index", folder).exit_code == 0
    assert recog("enrol", "Ann", folder / "ann.png").exit_code == 0
    assert recog("style", "run", "--style", waves, "--person", "Ann", "--out", tmp_path / "out", *QUICK).exit_code == 0
    (picture,) = (tmp_path / "out").iterdir()
    result = recog("people", "forget", "Ann", "--yes")
    assert str(picture) in result.stdout
    assert picture.exists()
