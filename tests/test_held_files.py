"""Files that this process has open in SQLite: told by any name, and opened by nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recog import durable
from recog.held_files import exclusively, hold, identity_of, is_held, let_go, refuse_held


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A file that this process holds, with its log."""
    path = tmp_path / "catalog"
    path.write_bytes(b"pages")
    (tmp_path / "catalog-wal").write_bytes(b"log")
    hold(path)
    yield path
    let_go(path)


def test_a_held_file_is_told_by_every_name(database: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(database)
    (tmp_path / "hard").hardlink_to(database)
    (tmp_path / "other").write_bytes(b"pages")
    names = ("catalog", "catalog-wal", "linked", "hard", "other", "catalog-shm")
    assert [name for name in names if is_held(tmp_path / name)] == ["catalog", "catalog-wal", "linked", "hard"]


def test_a_held_file_is_neither_opened_nor_replaced(database: Path) -> None:
    with pytest.raises(OSError, match="the open catalog of the library"):
        refuse_held(database)
    with pytest.raises(OSError, match="the open catalog of the library"):
        durable.put(database, b"other")
    assert database.stat().st_size == len(b"pages")


def test_the_last_user_lets_go(database: Path) -> None:
    hold(database)
    let_go(database)
    assert is_held(database)
    let_go(database)
    assert not is_held(database)
    hold(database)


def test_a_file_that_is_held_is_had_exclusively_by_nobody_and_the_other_way_round(
    database: Path, tmp_path: Path
) -> None:
    with pytest.raises(BlockingIOError, match="this process has it open"), exclusively(database):
        pass
    free = tmp_path / "free"
    with exclusively(free):
        with pytest.raises(BlockingIOError, match="being replaced"):
            hold(free)
        with pytest.raises(BlockingIOError, match="has it open"), exclusively(free):
            pass
    hold(free)
    let_go(free)


def test_the_identity_follows_links_and_tells_a_file_that_was_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert identity_of(path) is None
    assert identity_of(path / "below") is None
    path.write_bytes(b"1")
    (tmp_path / "link").symlink_to(path)
    before = identity_of(path)
    assert before == identity_of(tmp_path / "link")
    (tmp_path / "new").write_bytes(b"2")
    (tmp_path / "new").replace(path)
    assert identity_of(path) != before
