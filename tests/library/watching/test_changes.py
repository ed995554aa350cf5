"""Watched folders are indexed when something changes in them, and when they come back."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from recog.errors import CatalogError, NoPhotosFoundError
from recog.library.watching.changes import Changes, Pace
from recog.library.watching.mounts import network_type

QUICK = Pace(tick=0.05, settle=0.2, longest=2.0, poll=0.4, retry=0.3)
PATIENT = Pace(tick=0.05, settle=2.0)
"""Takes two files for one copy, though the machine stands still for a second between them."""
PATIENCE = 120.0


def until(fact: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.02)


class Runs:
    """The index runs that were asked for, some of which fail."""

    def __init__(self) -> None:
        self.runs: list[tuple[Path, ...]] = []
        self.told: list[str] = []
        self.failures: list[Exception] = []

    def __call__(self, due: tuple[Path, ...]) -> None:
        """Note a run."""
        self.runs.append(due)
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def runs() -> Runs:
    return Runs()


@contextmanager
def following(
    folders: list[Path], runs: Runs, network: Callable[[Path], str | None] = lambda _: None, pace: Pace = QUICK
) -> Iterator[None]:
    """Follow folders in a thread until the block ends."""
    stop = Event()
    changes = Changes(lambda: folders, told=runs.told.append, pace=pace, network=network)
    thread = Thread(target=changes.follow, args=(runs, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    made = [tmp_path / name for name in ("one", "two")]
    for folder in made:
        folder.mkdir()
    return made


def test_all_folders_are_looked_through_first_then_those_that_change(folders: list[Path], runs: Runs) -> None:
    one, two = folders
    with following(folders, runs):
        until(lambda: runs.runs)
        assert runs.runs == [(one, two)], "what changed while nothing watched"
        time.sleep(0.5)
        assert len(runs.runs) == 1
        changes: list[Callable[[], object]] = [
            (two / "deep").mkdir,
            lambda: (two / "deep" / "1.jpg").write_text("new"),
            (two / "deep" / "1.jpg").unlink,
        ]
        for change in changes:
            seen = len(runs.runs)
            change()
            until(lambda: len(runs.runs) > seen)  # noqa: B023 - called before the next round
    assert set(runs.runs[1:]) == {(two,)}
    assert runs.told == []


def test_hidden_files_are_nothing_new(folders: list[Path], runs: Runs) -> None:
    with following(folders, runs):
        until(lambda: runs.runs)
        time.sleep(0.3)
        (folders[0] / ".partial").write_text("of some program")
        time.sleep(0.8)
        assert len(runs.runs) == 1
        (folders[0] / "1.jpg").write_text("new")
        until(lambda: len(runs.runs) == 2)


def test_a_copy_that_goes_on_is_waited_for(folders: list[Path], runs: Runs) -> None:
    with following(folders, runs, pace=PATIENT):
        until(lambda: runs.runs)
        for number in range(8):
            (folders[0] / f"{number}.jpg").write_text("new")
            time.sleep(0.05)
        until(lambda: len(runs.runs) > 1)
        time.sleep(0.5)
        assert len(runs.runs) == 2


def test_a_folder_may_vanish_and_come_back(folders: list[Path], runs: Runs) -> None:
    one, two = folders
    (two / "1.jpg").write_text("there")
    with following(folders, runs):
        until(lambda: runs.runs)
        away = two.rename(two.with_name("away"))
        time.sleep(0.5)
        (one / "1.jpg").write_text("new")
        until(lambda: (one,) in runs.runs)
        assert all(two not in due for due in runs.runs[1:]), "a folder that is away is not looked through"
        away.rename(two)
        until(lambda: any(two in due for due in runs.runs[1:]))
        seen = len(runs.runs)
        (two / "2.jpg").write_text("new")
        until(lambda: len(runs.runs) > seen)
    assert two in runs.runs[-1]


def test_all_folders_may_be_away_at_first(tmp_path: Path, runs: Runs) -> None:
    disk = tmp_path / "disk"
    with following([disk], runs):
        time.sleep(0.3)
        assert runs.runs == []
        disk.mkdir()
        until(lambda: runs.runs == [(disk,)])


def test_a_network_share_is_looked_through_from_time_to_time_and_that_is_said_once(
    folders: list[Path], runs: Runs
) -> None:
    with following(folders, runs, network=lambda folder: "nfs4" if folder.name == "two" else None):
        until(lambda: len(runs.runs) >= 4)
    assert runs.runs[0] == tuple(folders)
    assert set(runs.runs[1:]) == {(folders[1],)}
    assert len(runs.told) == 1
    assert f"{folders[1]} is looked through every" in runs.told[0]
    assert "nfs4 sends no events" in runs.told[0]


def test_a_run_that_fails_is_told_and_made_again(folders: list[Path], runs: Runs) -> None:
    runs.failures = [CatalogError("another process is writing")]
    with following(folders, runs):
        until(lambda: len(runs.runs) == 2)
    assert runs.runs == [tuple(folders)] * 2
    assert runs.told == ["another process is writing; tried again in 0.3 seconds"]


def test_a_folder_without_photos_keeps_no_other_waiting(folders: list[Path], runs: Runs) -> None:
    one, two = folders
    runs.failures = [NoPhotosFoundError("no photo in two"), NoPhotosFoundError("no photo in one")]
    with following(folders, runs):
        until(lambda: len(runs.runs) == 3)
        time.sleep(0.5)
    assert runs.runs == [(one, two), (one,), (two,)]
    assert runs.told == ["no photo in one"]


def test_network_file_systems_are_known_by_their_mounts(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "30 22 0:40 / /mnt/na\\040s rw,relatime shared:5 - nfs4 nas:/photos rw\n"
        "31 30 8:2 / /mnt/na\\040s/local rw - ext4 /dev/sdb rw\n"
        "broken\n"
    )
    assert network_type(Path("/mnt/na s/photos"), mounts=mounts) == "nfs4"
    assert network_type(Path("/mnt/na s/local/photos"), mounts=mounts) is None
    assert network_type(Path("/home"), mounts=mounts) is None
    assert network_type(Path("/home"), mounts=tmp_path / "absent") is None
