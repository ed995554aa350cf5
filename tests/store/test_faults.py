"""Killed writers, locked databases, two writers at once, damaged pages, a full disk."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from recog.errors import CatalogError, LibraryBusyError, WayOut
from recog.store.engine import open_catalog
from tests.databases import database_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from recog.store.catalog import Catalog
    from tests.postgres import Databases
    from tests.store.conftest import Scans

PRELUDE = """
import os, signal, sys
from pathlib import Path
import numpy as np
from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import FaceBox, FileStat, NetworkInfo, NewFace

NETWORK = NetworkInfo("small", "a" * 64, 8, 160, 1.19, "nobody", "none", "the tests")

def scan(name, faces=6):
    vector = np.eye(8, dtype=np.float32)
    found = [NewFace(FaceBox(40 * k, 0, 40 * k + 30, 40, 0.9, ()), vector[k], 1.0, b"jpeg") for k in range(faces)]
    digest = name.encode().hex().ljust(64, "0")[:64]
    return ScannedPhoto(FileStat(Path("/photos") / name, 1, 1), digest, 400, 100, None, found)

def save(catalog, *names):
    return catalog.photos.save([scan(name) for name in names], detector="d" * 64, network=NETWORK)
"""


def start(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PRELUDE + code], stdout=subprocess.PIPE, text=True)


def test_two_processes_that_write_at_once_lose_and_double_nothing(url: str, catalog: Catalog) -> None:
    code = f"""
with open_catalog({url!r}, busy_seconds=30) as catalog:
    for number in range(15):
        save(catalog, f"{{sys.argv[1]}} {{number}}", f"shared {{number}}")
"""
    running = [subprocess.Popen([sys.executable, "-c", PRELUDE + code, name]) for name in ("one", "two")]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    counts = catalog.upkeep.counts()
    assert (counts.photos, counts.files, counts.faces) == (45, 45, 270)
    assert catalog.embeddings.mark("a" * 64).count == 270
    assert catalog.upkeep.quick_check() == []


def test_two_processes_that_create_a_library_at_once_make_one(url: str) -> None:
    code = f"print(open_catalog({url!r}, busy_seconds=30).library_id)"
    running = [start(code) for _ in range(3)]
    identities = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(set(identities)) == 1


@pytest.mark.parametrize("moment", ["INSERT INTO photos", "INSERT INTO embeddings", "INSERT INTO files", "COMMIT"])
def test_a_kill_in_mid_transaction_keeps_what_was_acknowledged_and_nothing_else(
    url: str, open_again: Callable[[], Catalog], moment: str
) -> None:
    code = f"""
from sqlalchemy import event
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.engine import BUSY_SECONDS
catalog = open_catalog({url!r})
save(catalog, "first", "second")
print("acknowledged", flush=True)

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def kill_at(connection, cursor, statement, *rest):
    if statement.startswith({moment!r}):
        kill()

# the catalog's own engine: catalogs of one database and patience share it
engine = Database(parse_url({url!r}), busy_seconds=BUSY_SECONDS).engine
event.listen(engine, "commit", kill) if {moment!r} == "COMMIT" else event.listen(
    engine, "before_cursor_execute", kill_at
)
save(catalog, "first", "third", "fourth")
"""
    open_again().close()
    process = start(code)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert output == "acknowledged\n"
    with open_again() as catalog:
        assert (catalog.upkeep.counts().photos, catalog.upkeep.counts().faces) == (2, 12)
        assert catalog.upkeep.quick_check() == []
        catalog.people.add("still writable")


def test_a_lock_that_ends_in_time_is_waited_for(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path, busy_seconds=20) as catalog:
        holder = start(
            f"""
import sqlite3, time
other = sqlite3.connect({str(sqlite_path)!r}, isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(1.0)
other.execute("COMMIT")
"""
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert catalog.people.add("Ann").name == "Ann"
        assert holder.wait() == 0
        holder.stdout.close()


def test_a_lock_that_lasts_is_a_sentence_and_changes_nothing(sqlite_path: Path) -> None:
    with open_catalog(sqlite_path, busy_seconds=0.5) as catalog:
        other = sqlite3.connect(sqlite_path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = monotonic()
        with pytest.raises(LibraryBusyError, match=r"write lock of the database .*recog.db.* wait for it or stop it"):
            catalog.people.add("Ann")
        assert monotonic() - began < 30
        assert catalog.people.all() == []  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        assert catalog.people.add("Ann").name == "Ann"


def test_who_will_write_holds_the_lock_before_it_reads(sqlite_path: Path) -> None:
    """Taken later, what was read may be old by then: SQLite refuses such a write at once, whatever the timeout."""
    with open_catalog(sqlite_path), open_catalog(sqlite_path, busy_seconds=0.2) as second:
        with database_at(sqlite_path) as database, database.writing() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM people").scalar()
            with pytest.raises(LibraryBusyError):
                second.people.add("Ann")
        assert second.people.add("Ann").name == "Ann"


@pytest.mark.postgres
def test_a_lock_on_the_server_that_lasts_is_a_sentence(databases: Databases) -> None:
    url = databases.new()
    with open_catalog(url), open_catalog(url, busy_seconds=0.5) as catalog:
        with database_at(url) as database, database.writing():
            with pytest.raises(LibraryBusyError, match="wait for it or stop it"):
                catalog.people.add("Ann")
            assert catalog.people.all() == []
        assert catalog.people.add("Ann").name == "Ann"


def test_one_reads_what_was_there_while_another_writes(url: str, open_again: Callable[[], Catalog]) -> None:
    reader = open_again()
    reader.people.add("Ann")
    with database_at(url) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE people SET name = 'Bea'")
        assert [person.name for person in reader.people.all()] == ["Ann"]
    assert [person.name for person in reader.people.all()] == ["Bea"]


def test_damaged_pages_are_told_and_not_written_over(sqlite_path: Path, scans: Scans) -> None:
    with open_catalog(sqlite_path) as catalog:
        scans.save(catalog, *(scans.photo(f"{n}.jpg", f"c{n}", scans.face(10), scans.face(60)) for n in range(40)))
        with database_at(sqlite_path) as database, database.reading() as connection:
            page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'photos'").scalar_one()
    raw = bytearray(sqlite_path.read_bytes())
    raw[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    sqlite_path.write_bytes(raw)
    with open_catalog(sqlite_path) as catalog:
        problems = catalog.upkeep.quick_check()
        assert problems
        assert "damaged" in problems[0]
        with pytest.raises(CatalogError, match="damaged, ") as caught:
            scans.save(catalog, *(scans.photo(f"{n}.jpg", f"c{n}") for n in range(40)))
        assert caught.value.way_out is WayOut.RESTORE


def test_a_full_disk_is_a_sentence_and_loses_nothing(sqlite_path: Path) -> None:
    """A limit on the size of files stands in for the disk: SQLite sees a failing write."""
    open_catalog(sqlite_path).close()
    limit = sqlite_path.stat().st_size + 300_000
    code = f"""
import resource
from recog.errors import CatalogError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
catalog = open_catalog(Path({str(sqlite_path)!r}))
saved = 0
try:
    for number in range(2000):
        save(catalog, f"photo {{number}}")
        saved += 1
except CatalogError as error:
    print(saved)
    print(error)
"""
    process = start(code)
    output, _ = process.communicate(timeout=120)
    saved, sentence = output.splitlines()
    assert str(sqlite_path) in sentence
    assert "make room" in sentence
    with open_catalog(sqlite_path) as catalog:
        assert catalog.upkeep.counts().photos == int(saved) > 0
        assert catalog.upkeep.quick_check() == []
