"""The verbs about networks of the user's own, as a user types them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from tests.cli.conftest import Recog
from tests.onnx_file import mean_colour_network

Add = Callable[..., Result]


@pytest.fixture
def add(recog: Recog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Add a network of 512 numbers, with further words."""
    monkeypatch.setenv("RECOG_OWN_NETWORKS", str(tmp_path / "networks"))
    monkeypatch.setenv("RECOG_CACHE", str(tmp_path / "cache"))
    weight = np.random.default_rng(0).normal(size=(3, 512)).astype(np.float32)
    (tmp_path / "mine.onnx").write_bytes(mean_colour_network(weight, side=32))

    def run(*words: str) -> Result:
        usual = ("--onnx", str(tmp_path / "mine.onnx"), "--size", "32", "--align", "box", "--colour", "rgb")
        return recog("models", "add", "mine", *usual, *words)

    return run


def test_a_network_is_added_listed_and_removed(add: Add, recog: Recog, tmp_path: Path) -> None:
    done = add("--mean", "127.5", "--scale", "127.5", "--licence", "research\x1b only", "--non-commercial")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"Added the network mine: 512 numbers a face ({tmp_path}/networks/mine.toml).",
        "Its licence (research\\x1b only) forbids commercial use.",
        "To use it: set RECOG_NETWORK=mine, or network in config.toml",
        "Then measure its threshold, without which it names nobody: recog calibrate PEOPLE",
    ]
    listed = recog("models", "list").stdout
    block = listed[listed.index("  mine: embedder, present") :].splitlines()[:4]
    assert block[2:] == [
        "    licence     research\\x1b only",
        "    commercial  forbidden by the licence of the weights",
    ]
    models = json.loads(recog("models", "list", "--json").stdout)["models"]
    assert {one["name"]: one["commercial_use"] for one in models}["mine"] == "forbidden"
    gone = recog("models", "remove", "mine")
    assert gone.exit_code == 0
    assert "with another network, 'recog index' embeds their faces anew" in gone.stdout
    assert [path.name for path in (tmp_path / "networks").iterdir()] == [".lock"]


def test_a_spoilt_description_is_named_beside_the_list_and_fails_the_check(
    add: Add, recog: Recog, tmp_path: Path
) -> None:
    assert add().exit_code == 0
    (tmp_path / "networks" / "spoilt.toml").write_text("file =")
    listed, verified = recog("models", "list"), recog("models", "verify")
    assert (listed.exit_code, verified.exit_code) == (0, 1)
    for done in (listed, verified):
        assert "  mine: embedder, present" in done.stdout
        assert done.stderr.count("spoilt.toml is not valid TOML") == 1


def test_a_network_in_use_is_replaced_with_its_consequence_and_not_removed(
    add: Add, recog: Recog, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add().exit_code == 0
    assert "already: choose another name, or give --replace" in add().stderr
    monkeypatch.setenv("RECOG_NETWORK", "mine")
    replaced = add("--replace", "--flip")
    assert replaced.stdout.startswith("Replaced the network mine: ")
    assert "Your settings use it: 'recog index' embeds every face anew, and names stay." in replaced.stdout
    kept = recog("models", "remove", "mine")
    assert (kept.exit_code, kept.stdout) == (1, "")
    assert "the setting 'network' names mine: choose another network there first" in kept.stderr


def test_every_option_reaches_the_description(add: Add, tmp_path: Path) -> None:
    done = add(
        "--mean", "1,2,3", "--scale", "4.5, 5, 6", "--dim", "512", "--crop-scale", "1.5", "--trained-on", "my photos"
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    lines = (tmp_path / "networks" / "mine.toml").read_text().splitlines()
    assert {
        "mean = [1.0, 2.0, 3.0]", "scale = [4.5, 5.0, 6.0]", "dim = 512", "crop_scale = 1.5", 'trained_on = "my photos"'
    } < set(lines)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--mean", "1,2"], 2, "'1,2' is not one number, or three with commas"),
        (["--mean", "nan"], 2, "'nan' is not one number, or three with commas"),
        (["--scale", "1,2,3,4"], 2, "is not one number above 0, or three with commas"),
        (["--scale", ""], 2, "is not one number above 0, or three with commas"),
        (["--mean", "1,nan,3"], 2, "'1,nan,3' is not one number, or three with commas"),
        (["--scale", "0"], 2, "'0' is not one number above 0, or three with commas"),
        (["--scale", "1,0,-1"], 2, "'1,0,-1' is not one number above 0, or three with commas"),
        (["--align", "sphere"], 2, "'sphere' is not one of 'arcface', 'box', 'dlib'"),
        (["--colour", "grey"], 2, "'grey' is not one of 'rgb', 'bgr'"),
        (["--size", "8"], 2, "'--size': Input should be greater than or equal to 16"),
        (["--size", "64"], 1, "takes an input of shape [?,3,32,32], not (n, 3, 64, 64)"),
        (["--dim", "128"], 1, "gives an output of 512 dimensions, not 128: leave that number out"),
        (["--onnx", "nowhere.onnx"], 1, "nowhere.onnx cannot be read (No such file or directory)"),
        (["--align", "dlib"], 1, "needs an even one of at least 150: choose arcface or box"),
    ],
)
def test_a_wrong_option_is_refused_in_one_sentence(
    add: Add, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    done = add(*words)
    assert done.exit_code == code
    assert said in " ".join(done.stderr.split())
    assert code == 2 or len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "networks").exists()


def test_without_openvino_a_network_is_refused_with_the_way_out(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recog.registry.find_spec", lambda _name: None)
    done = add()
    assert done.exit_code == 1
    assert (
        done.stderr == "recog: the network 'mine' needs openvino, which is not installed here: pip install it first\n"
    )


def test_more_than_a_head_of_an_own_network_is_not_trained(
    add: Add, recog: Recog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add()
    monkeypatch.setenv("RECOG_NETWORK", "mine")
    done = recog(
        "train", "head", tmp_path, "--photos", tmp_path, "--pairs", tmp_path / "pairs.txt", "--train", "blocks"
    )
    assert done.exit_code == 1
    assert done.stderr == (
        "recog: mine is a network of your own, of which recog trains a head only: leave --train out\n"
    )
