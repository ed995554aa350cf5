"""Forgetting a person: nothing of a face or the name is left in any file, and a re-scan does not bring it back."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sqlalchemy import inspect

from recog.errors import UnknownPersonError
from recog.store.engine import open_catalog
from recog.store.maintenance.erasure import Erasure
from recog.store.maintenance.old_pages import OldPages
from recog.store.schema.migrations import migrate
from recog.store.schema.tables import metadata
from recog.types import Cluster
from tests.databases import database_at
from tests.full import files_of_at_most
from tests.opened_twice import bytes_of

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.store.connection.database import Database
    from recog.types import NewFace
    from tests.postgres import Databases
    from tests.store.conftest import Scans

PERSONAL = {"people.name", "people.name_key", "events.payload"} | {
    *("faces.landmarks", "thumbnails.jpeg", "embeddings.vector", "clusters.centroid")
}
WINDOW = 32  # bytes: eight numbers of a vector, or as much of a thumbnail


def windows(faces: list[NewFace]) -> list[bytes]:
    """Pieces of every vector (float32, float16) and of every thumbnail, so that a torn copy is found too."""
    pieces = []
    for face in faces:
        whole = [face.embedding.astype("<f4").tobytes(), face.embedding.astype("<f2").tobytes(), face.thumbnail]
        pieces += [blob[start : start + WINDOW] for blob in whole for start in range(0, len(blob) - WINDOW + 1, WINDOW)]
        pieces += [whole[1]]
    return pieces


def count_of(needles: list[bytes], content: bytes) -> int:
    """How many of the needles the content holds, at any offset: first by their first four bytes, then whole."""
    by_start: dict[int, set[bytes]] = {}
    for needle in needles:
        by_start.setdefault(int.from_bytes(needle[:4], "little"), set()).add(needle)
    starts = np.array(list(by_start), dtype="<u4")
    found: set[bytes] = set()
    for shift in range(min(4, len(content))):
        words = np.frombuffer(content, dtype="<u4", offset=shift, count=(len(content) - shift) // 4)
        for place in np.flatnonzero(np.isin(words, starts)).tolist():
            offset = shift + 4 * place
            found |= {needle for needle in by_start[int(words[place])] if content.startswith(needle, offset)}
    return len(found)


def test_the_byte_search_finds_what_a_plain_search_finds(scans: Scans) -> None:
    content = scans.random.bytes(5_000)
    needles = [content[start : start + 32] for start in (0, 7, 1001, 2002, 4968)] + [scans.random.bytes(32)]
    assert count_of(needles, content) == sum(needle in content for needle in needles) == 5
    assert count_of(needles, b"") == 0


def found_in(folder: Path, needles: list[bytes]) -> dict[str, int]:
    """How many of the needles each file of a folder holds; files that hold none are left out."""
    counts = {
        str(path): count_of(needles, content)
        for path in folder.rglob("*")
        if path.is_file()
        for content in [bytes_of(path)]
    }
    return {path: count for path, count in counts.items() if count}


class Crowd:
    """A catalog with many people in random order, so that pages were split; Ann is to be forgotten."""

    def __init__(self, catalog: Catalog, scans: Scans) -> None:
        scans.network = scans.network_of(128)
        self.ann_faces: list[NewFace] = []
        self.other_faces: list[NewFace] = []
        batch = []
        for number in range(40):
            ann, other = scans.face(10, vector=scans.vector(128)), scans.face(60, vector=scans.vector(128))
            self.ann_faces.append(ann)
            self.other_faces.append(other)
            batch.append(scans.photo(f"{number}.jpg", f"content {number}", ann, other))
        self.saved = scans.save(catalog, *batch)
        self.batch = batch
        self.ann = catalog.people.add("Somebody Fitzgerald-Unmistakable")
        for number in scans.random.permutation(400):
            catalog.people.add(f"Somebody {chr(ord('A') + number % 26)} {number}")
        ids = [photo.face_ids[0] for photo in self.saved]
        catalog.acts.confirm(ids[:20], self.ann.id)
        catalog.matches.replace(scans.network.sha256, [(face_id, self.ann.id, 0.5) for face_id in ids[20:]])
        self.needles = [*windows(self.ann_faces), b"Fitzgerald-Unmistakable", b"fitzgerald-unmistakable"]
        self.other_needles = windows(self.other_faces)


def test_no_byte_of_a_forgotten_person_is_left_in_any_file(tmp_path: Path, scans: Scans) -> None:
    with open_catalog(tmp_path / "recog.db") as catalog:
        crowd = Crowd(catalog, scans)
        catalog.clusters.save(
            scans.network.sha256, "identity", {}, [Cluster(crowd.saved[0].face_ids, crowd.ann_faces[0].embedding)]
        )
        before = found_in(tmp_path, crowd.needles)
        assert sum(before.values()) > len(crowd.ann_faces)  # the search finds what is there
        forgotten = catalog.erasure.forget(crowd.ann.id)
        assert (forgotten.name, len(forgotten.face_ids), forgotten.complete) == (crowd.ann.name, 40, True)
        assert found_in(tmp_path, crowd.needles) == {}
        kept = found_in(tmp_path, crowd.other_needles)
        assert sum(kept.values()) >= len(crowd.other_faces)
        assert catalog.upkeep.counts().pending_erasures == 0
        assert catalog.upkeep.quick_check() == []
    assert found_in(tmp_path, crowd.needles) == {}


def test_a_centroid_of_faces_whose_photos_went_before_is_forgotten_too(tmp_path: Path, scans: Scans) -> None:
    """As earlier versions left it: an empty cluster."""
    with open_catalog(tmp_path / "recog.db") as catalog:
        crowd = Crowd(catalog, scans)
        mean = crowd.ann_faces[0].embedding
        (saved,) = catalog.clusters.save(scans.network.sha256, "identity", {}, [Cluster(crowd.saved[0].face_ids, mean)])
        with database_at(tmp_path / "recog.db") as database, database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM cluster_faces WHERE cluster_id = ?", (saved.number,))
        catalog.files.drop([crowd.batch[0].stat.path], folders=[])
        assert found_in(tmp_path, [mean.tobytes()])
        catalog.erasure.forget(crowd.ann.id)
        assert found_in(tmp_path, crowd.needles) == {}


def test_a_renamed_and_merged_person_is_forgotten_with_every_name(tmp_path: Path, scans: Scans) -> None:
    with open_catalog(tmp_path / "recog.db") as catalog:
        (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
        one, two = (catalog.people.add(name) for name in ("Wilhelmina", "Quentin"))
        catalog.acts.confirm(saved.face_ids[:1], one.id)
        catalog.acts.confirm(saved.face_ids[1:], two.id)
        catalog.acts.rename(one.id, "Mathilde")
        catalog.acts.merge(one.id, two.id)
        namesake, keeper = catalog.people.add("Quentin Junior"), catalog.people.add("Keeper")
        catalog.acts.rename(namesake.id, "Mathilde")
        catalog.acts.rename(namesake.id, "Roberta")
        catalog.acts.rename(keeper.id, "Keeper Two")
        assert catalog.erasure.forget(two.id).face_ids == saved.face_ids
        assert found_in(tmp_path, [b"Wilhelmina", b"Mathilde", b"wilhelmina", b"mathilde"]) == {}
        assert found_in(tmp_path, [b"Keeper Two"]) != {}


def test_the_copy_that_a_migration_made_is_forgotten_too(tmp_path: Path, scans: Scans) -> None:
    with open_catalog(tmp_path / "recog.db") as catalog:
        crowd = Crowd(catalog, scans)
        catalog.upkeep.back_up(tmp_path / "recog.db.before-0007")
        catalog.erasure.forget(crowd.ann.id)
        assert found_in(tmp_path, crowd.needles) == {}


def test_while_somebody_reads_the_erasure_is_pending_and_the_next_open_finishes_it(
    tmp_path: Path, scans: Scans
) -> None:
    path = tmp_path / "recog.db"
    with open_catalog(path, busy_seconds=0.3) as catalog:
        crowd = Crowd(catalog, scans)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM faces").fetchall()
        assert not catalog.erasure.forget(crowd.ann.id).complete
        assert catalog.upkeep.counts().pending_erasures == 1
        assert found_in(tmp_path, crowd.needles) != {}  # which is what "not complete" warns of
        reader.close()
    with open_catalog(path) as catalog:
        assert catalog.upkeep.counts().pending_erasures == 0
        assert found_in(tmp_path, crowd.needles) == {}


def test_a_kill_between_erasing_rows_and_overwriting_pages_is_finished_at_the_next_open(
    tmp_path: Path, scans: Scans
) -> None:
    path = tmp_path / "recog.db"
    with open_catalog(path) as catalog:
        crowd = Crowd(catalog, scans)
    code = f"""
import os, signal
from pathlib import Path
from random import Random
from recog.store.engine import open_catalog
from recog.store.maintenance.old_pages import OldPages

class Killed(OldPages):
    def overwrite(self):
        os.kill(os.getpid(), signal.SIGKILL)

catalog = open_catalog(Path({str(path)!r}))
catalog.old_pages = Killed(None)
catalog.erasure.forget({crowd.ann.id})
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert found_in(tmp_path, crowd.needles) != {}
    with open_catalog(path) as catalog:
        with pytest.raises(UnknownPersonError):
            catalog.people.by_name(crowd.ann.name)
        assert found_in(tmp_path, crowd.needles) == {}
        assert catalog.upkeep.counts().pending_erasures == 0


def test_a_full_disk_holds_an_erasure_up_and_room_lets_the_next_open_finish_it(tmp_path: Path, scans: Scans) -> None:
    """The catalog opens meanwhile: whoever needs room may look for what to delete in it."""
    path = tmp_path / "recog.db"
    with open_catalog(path) as catalog:
        crowd = Crowd(catalog, scans)
        with database_at(path) as database, database.alone() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        with files_of_at_most(path.stat().st_size * 3 // 4):  # room to delete rows, none to write all anew
            forgotten = catalog.erasure.forget(crowd.ann.id)
        assert (len(forgotten.face_ids), forgotten.complete) == (40, False)
        assert catalog.old_pages.pending is not None
        assert "make room" in catalog.old_pages.pending.first
        assert found_in(tmp_path, crowd.needles) != {}
    with files_of_at_most(path.stat().st_size * 3 // 4), open_catalog(path) as catalog:
        with pytest.raises(UnknownPersonError):
            catalog.people.by_name(crowd.ann.name)
        assert catalog.old_pages.pending is not None
    with open_catalog(path) as catalog:
        assert catalog.old_pages.pending is None
        assert found_in(tmp_path, crowd.needles) == {}


def test_a_forgotten_person_is_nowhere_in_the_answers(catalog: Catalog, scans: Scans) -> None:
    crowd = Crowd(catalog, scans)
    forgotten = catalog.erasure.forget(crowd.ann.id)
    digest = scans.network.sha256
    assert forgotten.complete
    assert catalog.faces.by_ids(forgotten.face_ids) == {}
    assert catalog.faces.thumbnails(forgotten.face_ids) == {}
    assert len(catalog.embeddings.of_faces(forgotten.face_ids, digest)[0]) == 0
    assert len(catalog.embeddings.gallery(digest).face_ids) == 0
    assert catalog.embeddings.removals(0, digest)[1].tolist() == sorted(forgotten.face_ids)
    assert catalog.upkeep.counts().faces == 40
    with pytest.raises(UnknownPersonError):
        catalog.erasure.forget(crowd.ann.id)
    assert catalog.old_pages.overwrite()


def test_a_rescan_does_not_bring_a_forgotten_person_back(catalog: Catalog, scans: Scans) -> None:
    crowd = Crowd(catalog, scans)
    catalog.erasure.forget(crowd.ann.id)
    again = scans.save(catalog, *crowd.batch)
    assert sum(photo.new_faces for photo in again) == 0
    assert [photo.face_ids for photo in again] == [photo.face_ids[1:] for photo in crowd.saved]


def test_an_edited_copy_does_not_bring_a_forgotten_person_back(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
    ann = catalog.people.add("Ann")
    catalog.acts.confirm(saved.face_ids[:1], ann.id)
    catalog.erasure.forget(ann.id)
    twice = scans.photo(
        "1.jpg", "B", scans.face(20, top=20, side=40), scans.face(120, top=20, side=40), size=(400, 200)
    )
    (edited,) = scans.save(catalog, twice)
    assert edited.new_faces == 1
    assert [face.box.left for face in catalog.faces.of_photo(edited.photo_id)] == [120]
    (again,) = scans.save(catalog, twice)
    assert again.new_faces == 0


def test_a_photo_can_be_reset(catalog: Catalog, scans: Scans) -> None:
    scan = scans.photo("1.jpg", "A", scans.face(10))
    (saved,) = scans.save(catalog, scan)
    ann = catalog.people.add("Ann")
    catalog.acts.confirm(saved.face_ids, ann.id)
    catalog.erasure.forget(ann.id)
    assert catalog.erasure.reset([scan.sha256]) == 1
    assert catalog.erasure.reset([scan.sha256]) == 0
    (again,) = scans.save(catalog, scan)
    assert again.new_faces == 1
    assert again.face_ids[0] > saved.face_ids[0]


def files_of_server(server: Any, url: str, needles: list[bytes]) -> int:
    """How many of the needles the files of a server's database hold; its log of changes is out of reach."""
    with database_at(url) as database, database.alone() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        number = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar()
    return sum(found_in(server.pgdata / "base" / str(number), needles).values())


def statistics(database: Database) -> set[str]:
    """The columns of which the server has statistics, as table.column."""
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public'").all()
    return {f"{row.tablename}.{row.attname}" for row in rows}


@pytest.mark.postgres
def test_postgres_keeps_no_byte_of_a_forgotten_person_in_its_tables(
    databases: Databases, server: Any, scans: Scans
) -> None:
    """The server analyses the tables while the person is there, as its autovacuum does at any time."""
    url = databases.new()
    with open_catalog(url) as catalog, database_at(url) as database:
        crowd = Crowd(catalog, scans)
        with database.alone() as connection:
            connection.exec_driver_sql("ANALYZE")
        assert {"faces.left", "embeddings.face_id", "people.id"} <= statistics(database)
        assert files_of_server(server, url, crowd.needles) > len(crowd.ann_faces)
        assert not PERSONAL & statistics(database)
        assert catalog.erasure.forget(crowd.ann.id).complete
    assert files_of_server(server, url, crowd.other_needles) >= len(crowd.other_faces)
    assert files_of_server(server, url, crowd.needles) == 0


@pytest.mark.postgres
def test_postgres_keeps_no_byte_of_a_forgotten_person_in_its_search_index(
    databases: Databases, server: Any, scans: Scans
) -> None:
    url = databases.new()
    with open_catalog(url) as catalog:
        crowd = Crowd(catalog, scans)
        before = files_of_server(server, url, crowd.needles)
        catalog.hnsw.build(scans.network.sha256, count=80)
        assert catalog.hnsw.state(scans.network.sha256) is not None
        assert files_of_server(server, url, crowd.needles) >= before
        assert catalog.erasure.forget(crowd.ann.id).complete
        assert files_of_server(server, url, crowd.needles) == 0
        catalog.hnsw.build(scans.network.sha256, count=40)
    assert files_of_server(server, url, crowd.needles) == 0
    assert files_of_server(server, url, crowd.other_needles) >= len(crowd.other_faces)


@pytest.mark.postgres
def test_while_a_transaction_is_open_on_the_server_the_erasure_is_pending(
    databases: Databases, server: Any, scans: Scans
) -> None:
    """The server keeps the deleted rows for it, although it looks at none of recog's tables."""
    url = databases.new()
    with open_catalog(url, busy_seconds=0.5) as catalog, database_at(url) as other:
        crowd = Crowd(catalog, scans)
        with other.repeatable_reads():
            with other.reading() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM pg_class").all()
            assert not catalog.erasure.forget(crowd.ann.id).complete
            assert catalog.old_pages.pending is not None
            assert "another program has it open" in catalog.old_pages.pending.sentence
            assert files_of_server(server, url, crowd.needles) > 0
        assert catalog.upkeep.counts().pending_erasures == 1
    with open_catalog(url) as catalog:
        assert catalog.old_pages.pending is None
    assert files_of_server(server, url, crowd.needles) == 0


@pytest.mark.postgres
def test_an_erasure_waits_for_a_short_transaction_on_the_server(databases: Databases, scans: Scans) -> None:
    url = databases.new()
    began = Event()

    def look() -> None:
        with database_at(url) as other, other.repeatable_reads():
            with other.reading() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM pg_class").all()
            began.set()
            time.sleep(1.0)

    with open_catalog(url, busy_seconds=30.0) as catalog:
        crowd = Crowd(catalog, scans)
        reader = Thread(target=look)
        reader.start()
        assert began.wait(60)
        assert catalog.erasure.forget(crowd.ann.id).complete
        reader.join()


@pytest.mark.postgres
def test_an_erasure_by_who_does_not_own_the_tables_is_pending(databases: Databases, server: Any, scans: Scans) -> None:
    """The server skips them with no more than a warning."""
    url = databases.new()
    with open_catalog(url) as catalog, database_at(url) as database:
        crowd = Crowd(catalog, scans)
        with database.writing() as connection:
            connection.exec_driver_sql("CREATE ROLE guest LOGIN")
            connection.exec_driver_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest")
    guest = url.replace("postgres:@", "guest:@")
    assert guest != url
    with open_catalog(guest) as catalog:
        assert not catalog.erasure.forget(crowd.ann.id).complete
        assert catalog.old_pages.pending is not None
        assert "belong to another user of the server" in catalog.old_pages.pending.sentence
    with open_catalog(url) as catalog:
        assert catalog.old_pages.pending is None
    assert files_of_server(server, url, crowd.needles) == 0


class OldPagesBefore16(OldPages):
    """As an earlier recog overwrote them on a server: not those of the statistics."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database

    def overwrite(self) -> bool:
        with self.database.alone() as connection:
            there = inspect(connection).get_table_names()
            connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {', '.join(there)}")
            connection.exec_driver_sql("DELETE FROM pending_erasures")
        return True


@pytest.mark.postgres
@pytest.mark.parametrize("upgraded", ["before", "after"])
def test_statistics_that_an_earlier_recog_let_postgres_collect_go(
    databases: Databases, server: Any, scans: Scans, upgraded: str
) -> None:
    """The upgrade came before the person was forgotten, or after it: then it finishes the erasure."""
    url = databases.new()
    with open_catalog(url) as catalog, database_at(url) as database:
        crowd = Crowd(catalog, scans)
        migrate(database, "0015", down=True)
        with database.alone() as connection:
            connection.exec_driver_sql("ANALYZE")
        assert statistics(database) >= PERSONAL - {"clusters.centroid"}
        if upgraded == "after":
            # What today's code joins.
            names = ("births", "chosen_covers", "accounts", "withheld_people", "never_shared", "albums")
            later = [metadata.tables[name] for name in names]
            columns = [("events", name, "VARCHAR") for name in ("account", "undone_by")]
            columns += [("forgotten_boxes", name, "DOUBLE PRECISION") for name in ("first_seen", "last_seen")]
            columns += [("faces", name, "DOUBLE PRECISION") for name in ("first_seen", "last_seen", "best_seen")]
            with database.writing() as connection:
                metadata.create_all(connection, later)
                for table, column, kind in columns:
                    connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
            Erasure(database, OldPagesBefore16(database)).forget(crowd.ann.id)
            with database.writing() as connection:
                metadata.drop_all(connection, later)
                for table, column, _ in columns:
                    connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
            assert files_of_server(server, url, crowd.needles) > 0
    with open_catalog(url) as catalog:
        assert catalog.old_pages.pending is None
        if upgraded == "before":
            catalog.erasure.forget(crowd.ann.id)
    assert files_of_server(server, url, crowd.other_needles) >= len(crowd.other_faces)
    assert files_of_server(server, url, crowd.needles) == 0


def test_copies_that_moving_rows_left_in_pages_go_too(tmp_path: Path) -> None:
    """SQLite's secure_delete overwrites the row, but not the copies that earlier page splits left: VACUUM does."""
    random = Random(1)
    names = ["".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=24)) for _ in range(6_000)]
    with open_catalog(tmp_path / "recog.db") as catalog:
        with database_at(tmp_path / "recog.db") as database, database.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE churn (id INTEGER PRIMARY KEY, name TEXT UNIQUE, filler BLOB)")
            for number, name in enumerate(names):
                filler = random.randbytes(random.randint(10, 900))
                connection.exec_driver_sql("INSERT INTO churn (name, filler) VALUES (?, ?)", (name, filler))
                if number % 3 == 0:
                    change = (random.randbytes(random.randint(10, 2500)), random.choice(names[: number + 1]))
                    connection.exec_driver_sql("UPDATE churn SET filler = ? WHERE name = ?", change)
                if number % 7 == 0:
                    connection.exec_driver_sql("DELETE FROM churn WHERE name = ?", (names[random.randint(0, number)],))
            left = set(connection.exec_driver_sql("SELECT name FROM churn").scalars())
        needles = [name.encode() for name in set(names) - left]
        with database_at(tmp_path / "recog.db") as database, database.alone() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        assert found_in(tmp_path, needles) != {}  # the trap is real
        assert catalog.erasure.forget(catalog.people.add("Ann").id).complete
        assert found_in(tmp_path, needles) == {}
