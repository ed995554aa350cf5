"""recog share and recog people never-share."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Recog
from tests.painted import GREEN, RED, paint


@pytest.fixture
def photo(recog: Recog, folder: Path) -> Path:
    photo = paint(folder / "party.png", RED, None, GREEN)
    recog("index", folder)
    recog("enrol", "Ann", paint(folder.parent / "ann.png", RED))
    recog("enrol", "Bob", paint(folder.parent / "bob.png", GREEN))
    return photo


def test_share_says_who_is_visible(recog: Recog, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = recog("share", photo, "--keep", "Ann", "--out", out)
    assert said.exit_code == 0
    assert said.stdout.splitlines() == [
        f"{photo} -> picture-001.jpg: shows Ann; 1 face covered, 1 of them more strongly",
        f"Wrote 1 picture to {out}.",
    ]
    document = json.loads(recog("share", photo, "--hide", "all", "--out", out, "--json").stdout)
    assert document["shared"][0] == {
        "photo": str(photo),
        "file": "picture-002.jpg",
        "kept": [],
        "covered": 2,
        "stronger": 2,
    }
    assert (document["refused"], document["password"]) == ([], None)


def test_never_share_is_a_mark_that_is_listed_undone_and_taken_back(recog: Recog, photo: Path, tmp_path: Path) -> None:
    assert recog("people", "never-share").stdout == "Everybody may be shared.\n"
    assert recog("people", "never-share", "Bob").stdout == (
        "Bob is never shared: pictures for others cover the face, or are refused.\n"
    )
    assert recog("people", "never-share").stdout == "Bob\n"
    refused = recog("share", photo, "--keep", "Bob", "--out", tmp_path / "out")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "recog: Bob is marked as never to be shared: keep somebody else, or take the mark back with "
        "'recog people never-share NAME --allow'\n"
    )
    assert "said that Bob may never be shared" in recog("people", "history").stdout
    assert recog("people", "undo").stdout.startswith("Undone: said that Bob may never be shared")
    recog("people", "never-share", "Bob")
    assert recog("people", "never-share", "Bob", "--allow").stdout == "Bob may be shared.\n"
    assert json.loads(recog("people", "never-share", "--json").stdout) == {"people": []}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "x"], "give --keep NAME or --hide KIND"),
        (["--out", "x", "--keep", "Ann", "--hide", "all"], "give --keep NAME or --hide KIND"),
        (["--out", "x", "--keep", "Ann", "--mask", "style"], "--mask style and --painting FILE go together"),
        (["--out", "x", "--keep", "Ann", "--password-file", "p"], "let --out end in .html"),
    ],
)
def test_wrong_options_are_refused(recog: Recog, photo: Path, words: list[str], said: str) -> None:
    result = recog("share", photo, *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_a_page_opens_with_the_password_that_recog_made(recog: Recog, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "album.html"
    document = json.loads(recog("share", photo, "--keep", "Ann", "--out", out, "--json").stdout)
    assert len(document["password"]) == 24
    assert document["password"] not in out.read_text()
    assert recog("share", photo, "--keep", "Ann", "--out", out).exit_code == 1
    (tmp_path / "short").write_text("short\n")
    short = recog("share", photo, "--keep", "Ann", "--out", tmp_path / "b.html", "--password-file", tmp_path / "short")
    assert "the password has 5 characters: take at least 12" in short.stderr
    assert not (tmp_path / "b.html").exists()
    missing = recog("share", photo, "--keep", "Ann", "--out", tmp_path / "b.html", "--password-file", tmp_path / "none")
    assert "cannot be read as text" in missing.stderr
