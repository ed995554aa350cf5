"""One setting of the settings file is changed, and everything else in it stays as its user wrote it."""

import stat
from pathlib import Path

import pytest

from recog.config_file import change_setting, from_environment, stored_settings
from recog.errors import ConfigError

WRITTEN = """# my settings
k = 5   # neighbours
"threshold" = 0.5
detector = 'mtcnn'
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "config.toml"


def test_a_setting_is_added_changed_and_removed(file: Path) -> None:
    assert stored_settings(file) == {}
    change_setting("watch", True, file=file)
    assert stored_settings(file) == {"watch": True}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    change_setting("watch", False, file=file)
    change_setting("detector", "mtcnn", file=file)
    change_setting("threshold", 0.25, file=file)
    assert stored_settings(file) == {"watch": False, "detector": "mtcnn", "threshold": 0.25}
    change_setting("watch", None, file=file)
    change_setting("watch", None, file=file)
    assert stored_settings(file) == {"detector": "mtcnn", "threshold": 0.25}


def test_comments_and_other_lines_stay(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(WRITTEN)
    change_setting("threshold", 0.75, file=file)
    assert file.read_text() == "threshold = 0.75\n" + WRITTEN.replace('"threshold" = 0.5\n', "")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"threshold = \n", "not valid TOML"),
        (b"\xff", "is not UTF-8"),
        (b"heads = '''a\nthreshold = 1\n'''\n", "spans several lines"),
    ],
)
def test_a_file_that_cannot_be_changed_line_by_line_is_left_alone(file: Path, content: bytes, sentence: str) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=sentence):
        change_setting("threshold", 0.75, file=file)
    assert file.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    with pytest.raises(ConfigError, match="cannot be written"):
        change_setting("watch", True, file=tmp_path / "taken" / "config.toml")


def test_a_variable_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment("watch") is None
    monkeypatch.setenv("recog_watch", "1")
    assert from_environment("watch") == "recog_watch"
