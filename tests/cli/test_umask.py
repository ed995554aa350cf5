"""Under every umask, recog can use the files that it creates, and nobody else can read the library."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.durable import arriving, make_directory, make_output_directory, put
from recog.store.writer_lock import WriterLock
from tests.faults.privilege import bound_by_permissions

RECOG = Path(sys.executable).parent / "recog"
UMASKS = (0o000, 0o177, 0o277, 0o777)


@pytest.fixture(params=UMASKS, ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    old = os.umask(request.param)
    yield request.param
    os.umask(old)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_library_can_be_used_by_its_owner_alone(tmp_path: Path, umask: int) -> None:
    """The whole command, without the rights of root."""
    photos = tmp_path / "photos"
    photos.mkdir()
    photos.chmod(0o755)
    (photos / "broken.jpg").write_bytes(b"no photo")
    (photos / "broken.jpg").chmod(0o644)
    library = tmp_path / "above" / "library"
    with bound_by_permissions():
        for _ in range(2):
            command: list[str | Path] = [RECOG, "--library", library, "index", photos]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            assert "none of 1 photo could be indexed" in done.stderr
            assert "not_a_photo" in done.stdout
    made = {path: mode(path) for path in (tmp_path / "above", *(tmp_path / "above").rglob("*"))}
    assert (library / "catalog.sqlite3") in made
    assert {mode for path, mode in made.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in made.items() if not path.is_dir()} == {0o600}


def test_a_private_folder_is_made_for_its_owner_with_all_its_parents(tmp_path: Path, umask: int) -> None:
    make_directory(tmp_path / "a" / "b")
    assert [mode(tmp_path / name) for name in ("a", "a/b")] == [0o700, 0o700]


def test_a_folder_for_results_heeds_the_umask_for_everybody_else(tmp_path: Path, umask: int) -> None:
    make_output_directory(tmp_path / "a" / "b")
    make_output_directory(tmp_path / "a" / "b")
    assert {mode(tmp_path / name) for name in ("a", "a/b")} == {0o777 & ~umask | 0o700}
    put(tmp_path / "a" / "picture", b"", mode=0o666)
    assert mode(tmp_path / "a" / "picture") == 0o666 & ~umask | 0o600


def test_no_folder_is_made_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(FileExistsError):
        make_output_directory(tmp_path / "a")


def test_a_file_is_whole_and_its_owner_s(tmp_path: Path, umask: int) -> None:
    with arriving(tmp_path / "file") as (temporary, _):
        assert mode(temporary) == 0o600
    assert mode(tmp_path / "file") == 0o600


def test_the_lock_can_be_taken_twice(tmp_path: Path, umask: int) -> None:
    with bound_by_permissions():
        for _ in range(2):
            with WriterLock(tmp_path / "library"):
                assert mode(tmp_path / "library" / "writer.lock") == 0o600


def test_a_command_takes_no_right_from_the_owner_whatever_library_writes_for_it(umask: int) -> None:
    code = (
        "import atexit, os, sys\n"
        "atexit.register(lambda: print(os.umask(0), file=sys.stderr))\n"
        "from recog.cli.start import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=True)
    assert int(done.stderr) == umask & 0o077
