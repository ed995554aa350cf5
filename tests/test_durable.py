"""A file is at its place whole and on the disk, or what was there before is."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from recog.durable import abandoned, arriving, discard_unfinished, make_directory, put
from tests.faults.tracing import ROOT, obstacle, strace

LONGEST = "x" * 255
KILLED = """
import os, signal, sys
from pathlib import Path
from recog.durable import arriving
with arriving(Path(sys.argv[1])) as (path, _):
    path.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""

FOUND = 3
PUT = f"""
import sys
from pathlib import Path
from recog.durable import put
try:
    put(Path(sys.argv[1]), sys.argv[2].encode(), replace=False)
except FileExistsError:
    sys.exit({FOUND})
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def kill_while_arriving(path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED, path], check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["a.json", LONGEST, os.fsdecode(b"caf\xe9.png")])
def test_content_replaces_what_was_there(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, b"one")
    put(tmp_path / name, memoryview(b"two"))
    assert (tmp_path / name).read_bytes() == b"two"
    assert names(tmp_path) == [name]


def test_a_file_is_for_its_owner_unless_another_mode_is_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        put(tmp_path / "private", b"")
        put(tmp_path / "public", b"", mode=0o666)
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("private", "public")] == [0o600, 0o644]


def test_where_nothing_may_be_replaced_the_first_one_stays_even_if_it_came_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with pytest.raises(FileExistsError), arriving(path, replace=False):
        path.write_bytes(b"first")
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_on_a_file_system_without_links_a_file_arrives_and_replaces_none(tmp_path: Path) -> None:
    """FAT and some network drives have none: strace says so in their place."""
    if why := obstacle():
        pytest.skip(f"no fault can be injected: {why}")
    path = tmp_path / "a"
    without_links = [
        "-f",
        "-o",
        str(tmp_path / "trace"),
        "-e",
        "trace=link,linkat",
        "-e",
        "inject=link,linkat:error=EPERM",
    ]
    for content, code in (("first", 0), ("second", FOUND)):
        command = [*strace(), *without_links, sys.executable, "-c", PUT, str(path), content]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == code
        assert "(INJECTED)" in (tmp_path / "trace").read_text()
        assert path.read_text() == "first"
        assert names(tmp_path) == ["a", "trace"]


def test_what_goes_wrong_in_the_block_leaves_what_was_there(tmp_path: Path) -> None:
    put(tmp_path / "a", b"before")
    with pytest.raises(KeyboardInterrupt), arriving(tmp_path / "a"):
        raise KeyboardInterrupt
    assert (tmp_path / "a").read_bytes() == b"before"
    assert names(tmp_path) == ["a"]


def test_a_killed_process_leaves_what_was_there_and_a_file_that_is_found(tmp_path: Path) -> None:
    put(tmp_path / "a", b"before")
    put(tmp_path / "b", b"other")
    kill_while_arriving(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"before"
    (left,) = abandoned(tmp_path)
    beside = left.with_name(f"{left.name}-journal")  # SQLite's, of a copy that it was writing
    beside.touch()
    assert abandoned(tmp_path) == [left, beside]
    beside.unlink()
    assert left.read_bytes() == b"half"
    with arriving(tmp_path / "a") as (_, descriptor):
        assert abandoned(tmp_path) == [left]  # ours is not abandoned
        os.write(descriptor, b"after")
    discard_unfinished(tmp_path / "b")
    assert left.exists()
    discard_unfinished(tmp_path / "a")
    assert names(tmp_path) == ["a", "b"]
    discard_unfinished(tmp_path / "nowhere" / "a")


def test_a_directory_is_made_with_its_parents_for_its_owner(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_directory(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", tmp_path / "a" / "b")] == [0o700, 0o700]
