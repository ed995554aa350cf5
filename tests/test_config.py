"""Settings as they are read: what a path of them means."""

from pathlib import Path

import pytest

from recog.config import read_settings


def test_every_directory_of_the_settings_may_start_with_the_home_or_be_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    names = ("library", "cache", "weights", "heads")
    for name in names:
        monkeypatch.setenv(f"RECOG_{name.upper()}", f"~/{name}")
    settings = read_settings()
    assert [getattr(settings, name) for name in names] == [tmp_path / name for name in names]
    assert read_settings(heads=Path("own")).heads == Path.cwd() / "own"
