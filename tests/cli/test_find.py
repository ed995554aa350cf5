"""recog find."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.painted import GREEN, RED, paint

Recog = Callable[..., Result]


@pytest.fixture
def indexed(recog: Recog, folder: Path) -> Path:
    """Ann (red) and Bob (green) alone, and together in a photo of a name that could drive a terminal."""
    paint(folder / "party.png", RED, GREEN).rename(folder / os.fsdecode(b"caf\xe9\x1b[31m.png"))
    recog("index", folder)
    recog("enrol", "Ann", paint(folder / "ann.png", RED))
    recog("enrol", "Bob", paint(folder / "bob.png", GREEN))
    return folder


def test_find_prints_paths_for_people_and_for_programs(recog: Recog, indexed: Path) -> None:
    raw = os.fsdecode(b"caf\xe9\x1b[31m.png")
    assert recog("find", "Ann", "Bob").stdout == f"{indexed}/caf\\xe9\\x1b[31m.png\n"
    assert recog("find", "Ann", "Bob", "-0").stdout_bytes == os.fsencode(indexed / raw) + b"\0"
    document = json.loads(recog("find", "Ann", "Bob", "--json").stdout)
    assert document["photos"][0]["paths"] == [str(indexed / raw)]
    assert [person["name"] for person in document["people"]] == ["Ann", "Bob"]
    assert recog("find", "Ann", "--confirmed").stdout == f"{indexed}/ann.png\n"
    both = recog("find", "Ann", "Bob", "--any", "--by-path").stdout.splitlines()
    assert [Path(line).name for line in both] == ["ann.png", "bob.png", "caf\\xe9\\x1b[31m.png"]
    assert recog("find", "Ann", "-0", "--json").exit_code == 2


def test_nothing_found_prints_no_line_and_says_so(recog: Recog, indexed: Path) -> None:
    recog("enrol", "Eve", paint(indexed / "eve.png", (20, 20, 230)))
    for words, said in (
        (("Ann", "Bob", "Eve"), "no photo shows Ann, Bob and Eve together"),
        (("Bob", "Ann", "--confirmed"), "no photo shows Bob and Ann together"),
    ):
        result = recog("find", *words)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"recog: {said}\n")
    assert json.loads(recog("find", "Ann", "Eve", "--json").stdout)["photos"] == []
    assert "did you mean 'Ann'?" in recog("find", "Anne").stderr


def test_photos_that_are_gone_are_told(recog: Recog, indexed: Path) -> None:
    (indexed / "ann.png").unlink()
    recog("index", indexed)
    result = recog("find", "Ann", "--confirmed")
    assert result.stdout == ""
    assert result.stderr.splitlines()[1] == (
        "recog: 1 photo of them missing and not listed: see 'recog prune --dry-run'"
    )
