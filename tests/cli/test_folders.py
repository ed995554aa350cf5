"""What could not be written after hours of work is refused before it."""

from pathlib import Path

import pytest

from recog.cli.folders import check_file, check_folder
from recog.errors import RecogError
from tests.cli.conftest import Recog
from tests.faults.privilege import bound_by_permissions


@pytest.mark.parametrize(
    "words",
    [
        ("calibrate", "nowhere", "--out"),
        ("train", "verifier", "nowhere", "--out"),
        ("train", "head", "nowhere", "--photos", "nowhere", "--pairs", "nowhere", "--out"),
        ("evaluate", "identification", "nowhere", "--out"),
        ("evaluate", "clusters", "nowhere", "--out"),
        ("evaluate", "detection", "nowhere", "nowhere", "--out"),
        ("train", "clean", "nowhere", "--report"),
    ],
)
def test_a_place_that_is_no_folder_is_named_before_anything_is_read(
    recog: Recog, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    done = recog(*words, tmp_path / "file" / "there")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert f"there cannot be written because {tmp_path / 'file'} is no folder" in done.stderr


def test_a_folder_may_be_missing_and_that_of_a_file_may_not(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "newer")
    check_file(tmp_path / "report.csv")
    assert not list(tmp_path.iterdir())
    with pytest.raises(RecogError, match="new is no folder"):
        check_file(tmp_path / "new" / "report.csv")
    with pytest.raises(RecogError, match="is a folder: name a file"):
        check_file(tmp_path)


def test_a_folder_that_only_may_be_read_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with bound_by_permissions(), pytest.raises(RecogError, match="you may not write"):
        check_folder(tmp_path / "new")
