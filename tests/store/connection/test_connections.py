"""The catalog beside other processes: locks that hold, and a file that is deleted or replaced under an open catalog."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recog.errors import CatalogError, CatalogUnusableError, LibraryBusyError, LibraryDiskError, LibraryReplacedError
from recog.held_files import is_held
from recog.library.exchange.documents import read_names
from recog.photos import read_photo
from recog.store.connection.database import Database
from recog.store.connection.translation import translated
from recog.store.connection.url import Secrets, parse_url
from recog.store.engine import open_catalog
from recog.store.maintenance.restore import restoring
from tests.faults.privilege import bound_by_permissions

_PASSER_BY = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as connection:
    print(*(name for name, in connection.execute("SELECT name FROM people ORDER BY id")))
connection.close()
"""


def passer_by(path: Path) -> list[str]:
    """Another process opens the catalog, reads the names, and closes it: as the last one, it would delete the log."""
    command = [sys.executable, "-c", _PASSER_BY, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def open_descriptors(path: Path) -> int:
    links = [entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return sum(link == path for link in links)


def test_a_passer_by_takes_no_log_from_a_process_that_opened_the_catalog_twice(sqlite_path: Path) -> None:
    """Opening it the second time once dropped the locks of the first."""
    with open_catalog(sqlite_path) as one, open_catalog(sqlite_path) as two:
        one.people.add("Ann")
        two.people.add("Bob")
        log = log_of(sqlite_path).stat().st_ino
        assert passer_by(sqlite_path) == ["Ann", "Bob"]
        assert log_of(sqlite_path).stat().st_ino == log
        one.people.add("Eve")
        assert passer_by(sqlite_path) == ["Ann", "Bob", "Eve"]


def test_looking_at_the_mode_of_an_open_catalog_keeps_its_locks(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
        sqlite_path.chmod(0o644)
        with open_catalog(sqlite_path, create=False):
            assert sqlite_path.stat().st_mode & 0o777 == 0o600
        log = log_of(sqlite_path).stat().st_ino
        passer_by(sqlite_path)
        assert log_of(sqlite_path).stat().st_ino == log


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc to count descriptors in")
def test_catalogs_of_one_file_share_connections(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path) as one:
        one.people.add("Ann")
        alone = open_descriptors(sqlite_path)
        more = [open_catalog(sqlite_path) for _ in range(5)]
        assert [len(catalog.people.all()) for catalog in more] == [1] * 5
        assert open_descriptors(sqlite_path) == alone
        for catalog in more:
            catalog.close()
            catalog.close()
        assert [person.name for person in one.people.all()] == ["Ann"]
    assert open_descriptors(sqlite_path) == 0


def test_a_catalog_that_this_process_has_open_is_not_restored(sqlite_path: Path, tmp_path: Path) -> None:
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
        catalog.upkeep.back_up(tmp_path / "copy.db")
        with (
            pytest.raises(LibraryBusyError, match="this program has the catalog"),
            restoring(sqlite_path, tmp_path / "copy.db"),
        ):
            pytest.fail("it was replaced while open")
        log = log_of(sqlite_path).stat().st_ino
        passer_by(sqlite_path)
        assert log_of(sqlite_path).stat().st_ino == log


def test_the_open_catalog_named_as_a_photo_or_list_of_names_is_refused_and_keeps_its_locks(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
        for read in (read_photo, read_names):
            with pytest.raises(Exception, match="the open catalog of the library"):
                read(sqlite_path)
        log = log_of(sqlite_path).stat().st_ino
        passer_by(sqlite_path)
        assert log_of(sqlite_path).stat().st_ino == log


def deleted(path: Path, _copy: Path) -> None:
    shutil.rmtree(path.parent)


def moved(path: Path, _copy: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def replaced(path: Path, copy: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))
    path.parent.mkdir()
    shutil.copy(copy, path)


def without_its_log(path: Path, _copy: Path) -> None:
    log_of(path).unlink()


@pytest.mark.parametrize(
    ("fate", "what"),
    [(deleted, "^the library"), (moved, "^the library"), (replaced, "^the library"), (without_its_log, "^the log")],
)
def test_nothing_is_acknowledged_once_the_open_catalog_has_lost_its_place(
    sqlite_path: Path, tmp_path: Path, fate: Callable[[Path, Path], None], what: str
) -> None:
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
        catalog.upkeep.back_up(tmp_path / "copy.db")
        fate(sqlite_path, tmp_path / "copy.db")
        left = sorted(tmp_path.rglob("*"))
        for _ in range(2):
            with pytest.raises(LibraryReplacedError, match=f"{what}.* nothing is saved there: stop recog"):
                catalog.people.add("Bob")
        assert sorted(tmp_path.rglob("*")) == left


def test_a_catalog_replaced_during_a_transaction_acknowledges_nothing(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
    database = Database(parse_url(sqlite_path), busy_seconds=1.0)
    with pytest.raises(LibraryReplacedError), database.writing():
        moved(sqlite_path, sqlite_path)
    database.close()


def test_a_catalog_that_was_put_back_is_written_again(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
        moved(sqlite_path, sqlite_path)
        with pytest.raises(LibraryReplacedError):
            catalog.people.add("Bob")
        sqlite_path.parent.with_name("elsewhere").rename(sqlite_path.parent)
        catalog.people.add("Eve")
    assert passer_by(sqlite_path) == ["Ann", "Eve"]


def test_a_replaced_catalog_is_opened_anew_beside_the_one_that_was_there(sqlite_path: Path, tmp_path: Path) -> None:
    with open_catalog(sqlite_path) as old:
        old.people.add("Ann")
        old.upkeep.back_up(tmp_path / "copy.db")
        old.people.add("Bob")
        replaced(sqlite_path, tmp_path / "copy.db")
        with open_catalog(sqlite_path) as new:
            assert [person.name for person in new.people.all()] == ["Ann"]
            new.people.add("Eve")
    assert passer_by(sqlite_path) == ["Ann", "Eve"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc to count descriptors in")
def test_a_catalog_that_is_moved_while_one_state_of_it_is_read_is_closed_whole(sqlite_path: Path) -> None:
    """Giving the connection back once looked at the path first, so the file stayed open, and nothing held it."""
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
        with catalog.repeatable_reads():
            moved(sqlite_path, sqlite_path)
    assert open_descriptors(sqlite_path.parent.with_name("elsewhere") / sqlite_path.name) == 0
    assert not is_held(sqlite_path)


def test_a_catalog_is_let_go_though_a_link_to_its_folder_leads_elsewhere_by_now(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    link = tmp_path / "current"
    link.symlink_to(tmp_path / "first")
    with open_catalog(link / "catalog") as catalog:
        catalog.upkeep.back_up(tmp_path / "copy.db")
        link.unlink()
        link.symlink_to(tmp_path / "second")
    with restoring(tmp_path / "first" / "catalog", tmp_path / "copy.db"):
        pass
    with open_catalog(tmp_path / "first" / "catalog"):
        pass


def test_an_open_catalog_whose_folder_nobody_may_enter_says_so(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
        sqlite_path.parent.chmod(0)
        try:
            with bound_by_permissions():
                for ask in (catalog.people.all, lambda: catalog.people.add("Bob"), catalog.version):
                    with pytest.raises(CatalogUnusableError, match=r"cannot be looked at \(Permission denied\): check"):
                        ask()
        finally:
            sqlite_path.parent.chmod(0o700)
        assert [person.name for person in catalog.people.all()] == ["Ann"]


def test_a_closed_catalog_opens_its_file_for_nobody(sqlite_path: Path) -> None:
    """Nothing would hold that file, so that whoever opened it beside SQLite would drop SQLite's locks."""
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
    for ask in (catalog.people.all, lambda: catalog.people.add("Bob"), catalog.version):
        with pytest.raises(CatalogError, match="was closed: open it again"):
            ask()


def test_a_failing_disk_whose_folder_is_gone_is_told_as_one(tmp_path: Path) -> None:
    failing = sqlite3.OperationalError("disk I/O error")
    failing.sqlite_errorcode = sqlite3.SQLITE_IOERR
    gone = tmp_path / "gone" / "catalog"
    told = pytest.raises(LibraryDiskError, match="gone cannot be looked at: No such file")
    with told, translated(str(gone), gone, 1.0, Secrets()):
        raise failing
