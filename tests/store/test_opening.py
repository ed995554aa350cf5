"""Opening a catalog: new, known, foreign, damaged, unreachable."""

import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recog.errors import CatalogError, NoLibraryError, SchemaOutdatedError, WayOut
from recog.store.catalog import Catalog
from recog.store.connection.url import parse_url
from recog.store.engine import open_catalog
from tests.databases import database_at

KILLED_COPYING = """
import os, signal, sys
from pathlib import Path
from recog.durable import arriving
with arriving(Path(sys.argv[1])) as (copy, _):
    copy.write_bytes(Path(sys.argv[1]).read_bytes())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_library_keeps_the_identity_it_was_made_with(open_again: Callable[[], Catalog]) -> None:
    first = open_again().library_id
    assert first == open_again().library_id
    assert len(first) == 36


def test_two_libraries_have_two_identities(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "a.db") as one, open_catalog(tmp_path / "b.db") as other:
        assert one.library_id != other.library_id


def test_nobody_else_may_read_the_database(sqlite_path: Path, loose_umask: None) -> None:
    with open_catalog(sqlite_path) as catalog:
        catalog.people.add("Ann")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in sqlite_path.parent.iterdir()}
    assert modes == {"recog.db": 0o600, "recog.db-wal": 0o600, "recog.db-shm": 0o600}
    assert stat.S_IMODE(sqlite_path.parent.stat().st_mode) == 0o700


def test_a_database_that_others_may_read_is_closed_to_them(sqlite_path: Path) -> None:
    open_catalog(sqlite_path).close()
    sqlite_path.chmod(0o644)
    open_catalog(sqlite_path).close()
    assert stat.S_IMODE(sqlite_path.stat().st_mode) == 0o600


def test_sqlite_is_set_up_to_lose_and_leak_nothing(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path), database_at(sqlite_path) as database, database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "synchronous", "temp_store")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "synchronous": 2, "temp_store": 2}


def test_without_create_a_missing_library_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"no library at .*none.db$") as caught:
        open_catalog(tmp_path / "none.db", create=False)
    assert caught.value.way_out is WayOut.MAKE_LIBRARY
    assert not (tmp_path / "none.db").exists()


def test_a_copy_that_a_killed_process_left_beside_the_catalog_goes_when_it_is_opened(sqlite_path: Path) -> None:
    """It may hold people who are forgotten since; what somebody else keeps there stays."""
    open_catalog(sqlite_path).close()
    (sqlite_path.parent / ".mine").touch()
    before = set(sqlite_path.parent.iterdir())
    command = [sys.executable, "-c", KILLED_COPYING, str(sqlite_path)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert len(set(sqlite_path.parent.iterdir()) - before) == 1
    open_catalog(sqlite_path).close()
    assert set(sqlite_path.parent.iterdir()) == before


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "recog.db"
    path.write_bytes(b"these are no pages of a database, " * 100)
    with pytest.raises(CatalogError, match=r"recog\.db is damaged, ") as caught:
        open_catalog(path)
    assert caught.value.way_out is WayOut.RESTORE
    assert path.read_bytes().startswith(b"these are no pages")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (id INTEGER)")
    other.close()
    with pytest.raises(CatalogError, match=r"tables that are not recog's \(recipes\)"):
        open_catalog(path)


def test_the_database_of_a_newer_recog_is_refused(url: str) -> None:
    with open_catalog(url), database_at(url) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaOutdatedError, match=r"schema 9999.*update recog"):
        open_catalog(url)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CatalogError, match="cannot be opened"):
        open_catalog(tmp_path / "file" / "recog.db")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:s3cret@127.0.0.1:1/recog", "://***@127.0.0.1"),
        ("postgresql://ann@127.0.0.1:1/recog?password=s3cret", "://***@127.0.0.1"),
        ("postgresql://127.0.0.1:1/recog", "://127.0.0.1"),
    ],
)
def test_an_unreachable_server_is_a_sentence_without_the_password(url: str, shown: str) -> None:
    with pytest.raises(CatalogError, match="cannot be reached") as caught:
        open_catalog(url)
    assert "s3cret" not in str(caught.value)
    assert shown in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:s3cret@host/db",
        "sqlite://",
        "no url, s3cret@here",
        "sqlite:///:memory:",
        "postgresql://ann:s3cret@host:port/db",
        "library.db",
    ],
)
def test_what_is_no_database_of_ours_is_a_sentence_without_the_password(url: str) -> None:
    with pytest.raises(CatalogError, match=r"write (sqlite:///PATH|postgresql://USER)") as caught:
        parse_url(url)
    assert "cret" not in str(caught.value)


def test_opening_an_existing_catalog_does_not_load_alembic(sqlite_path: Path) -> None:
    open_catalog(sqlite_path).close()
    code = (
        "import sys; from pathlib import Path; from recog.store.engine import open_catalog; "
        f"open_catalog(Path({str(sqlite_path)!r})).close(); sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_whoever_only_looks_makes_no_library(url: str) -> None:
    if url.startswith("sqlite"):
        open_catalog(url).close()
        path = Path(url.removeprefix("sqlite:///"))
        path.write_bytes(b"")  # as a kill leaves it that comes while the library is made
    for _ in range(2):
        with pytest.raises(NoLibraryError, match="there is no library in ") as caught:
            open_catalog(url, create=False)
        assert caught.value.way_out is WayOut.MAKE_LIBRARY
    open_catalog(url).close()
    open_catalog(url, create=False).close()


def test_what_the_server_s_driver_logs_besides_its_exceptions_is_not_printed() -> None:
    """It is in the sentence already; whoever keeps a log gets it."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: what it logs was not looked at")
    code = "from recog.store.connection.database import Database\nfrom recog.store.connection.url import parse_url\n"
    code += "database = Database(parse_url('postgresql+psycopg://nobody@localhost/none'), busy_seconds=1.0)\n"
    code += "logging.getLogger('psycopg').warning('error ignored')\n"
    for log, printed in (("", ""), ("logging.basicConfig(format='%(name)s: %(message)s')", "psycopg: error ignored\n")):
        command = [sys.executable, "-c", f"import logging\n{log}\n{code}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stderr == printed
