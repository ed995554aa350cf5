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
