"""Settings as they are read: what a path of them means, and what is not shown of them."""

import os
import traceback
from pathlib import Path

import pytest

from recog.config import read_settings
from recog.errors import ConfigError


def test_every_directory_of_the_settings_may_start_with_the_home_or_be_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    names = ("library", "cache", "weights", "heads", "own_networks")
    for name in names:
        monkeypatch.setenv(f"RECOG_{name.upper()}", f"~/{name}")
    settings = read_settings()
    assert [getattr(settings, name) for name in names] == [tmp_path / name for name in names]
    assert read_settings(heads=Path("own")).heads == Path.cwd() / "own"


def test_the_library_s_directory_may_have_a_name_that_is_no_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOG_LIBRARY", os.fsdecode(b"/d/\xff"))
    assert os.fsencode(read_settings().library) == b"/d/\xff"


@pytest.mark.parametrize("name", ["cache", "weights", "heads", "own_networks"])
def test_weights_in_a_directory_whose_name_is_no_utf_8_are_refused_in_one_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library that reads them takes no such path."""
    monkeypatch.setenv(f"RECOG_{name.upper()}", os.fsdecode(b"/d/\xff"))
    with pytest.raises(ConfigError, match=rf"setting '{name}' has a name that is not UTF-8, .*: choose another"):
        read_settings()


def test_what_is_no_text_where_a_database_s_url_should_be_is_said_without_its_password() -> None:
    url = "postgresql://boss:hunter2@h/db"
    with pytest.raises(ConfigError, match=r"setting 'database' cannot be what was given: .* RECOG_DATABASE") as caught:
        read_settings(database=[url])
    shown = "".join(traceback.format_exception(caught.value)) + repr(read_settings(database=url))
    assert [part for part in ("boss:", "hunter2") if part in shown] == []


def test_arguments_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('k = 3\nmin_face = 40\nthreshold = 1\ndatabase = "sqlite:////a"\n', encoding="utf-8")
    monkeypatch.setattr("recog.config.CONFIG_FILE", file)
    monkeypatch.setenv("RECOG_K", "4")
    monkeypatch.setenv("recog_min_face", "50")
    monkeypatch.setenv("RECOG_THRESHOLD", "")
    settings = read_settings(k=5)
    assert (settings.k, settings.min_face, settings.threshold, settings.database) == (5, 50, 1.0, "sqlite:////a")
    assert settings.decode_seconds == 60.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"k = ", "is not valid TOML: .*; fix or remove it"),
        (b"k = '\xff'", "is not valid TOML: .*; fix or remove it"),
        (b"libary = 'photos'", r"there is no setting 'libary', which .*config.toml names: did you mean 'library'\?"),
        (b"k = 0", r"the setting 'k' cannot be 0: .*; it comes from an option, RECOG_K, or .*config.toml"),
    ],
)
def test_a_settings_file_that_cannot_be_used_is_one_sentence(
    content: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    monkeypatch.setattr("recog.config.CONFIG_FILE", file)
    with pytest.raises(ConfigError, match=said):
        read_settings()
