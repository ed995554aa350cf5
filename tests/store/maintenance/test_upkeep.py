"""Counting, checking, backing up."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recog.errors import CatalogError
from recog.store.engine import open_catalog
from recog.store.records import CatalogCounts, FailedFile
from recog.store.schema.tables import embeddings, files, networks, thumbnails

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.store.connection.database import Database
    from tests.postgres import Databases
    from tests.store.conftest import Scans


def test_everything_is_counted(catalog: Catalog, scans: Scans) -> None:
    one, _ = scans.save(
        catalog,
        replace(scans.photo("1.jpg", "A", scans.face(10), scans.face(60), scans.face(110)), incomplete=True),
        replace(scans.photo("2.jpg", "B", scans.face(10)), incomplete=True),
    )
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.set_hidden(bob.id, hidden=True)
    catalog.acts.confirm(one.face_ids[:1], ann.id)
    catalog.matches.replace(scans.network.sha256, [(one.face_ids[1], bob.id, 0.5)])
    catalog.files.mark_missing([scans.path("2.jpg")])
    catalog.files.record_failures([FailedFile(scans.stat("3.jpg"), "damaged", "no photo")])
    assert catalog.upkeep.counts() == CatalogCounts(
        photos=2,
        incomplete_photos=1,
        files=1,
        missing_files=1,
        failed_files=1,
        faces=4,
        faces_named=2,
        confirmed=1,
        matched=1,
        people=2,
        hidden_people=1,
        clusters=0,
        pending_erasures=0,
        drawn=0,
    )


def test_a_sound_catalog_has_no_problems_and_no_orphans(catalog: Catalog, scans: Scans) -> None:
    scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    assert catalog.upkeep.quick_check() == []
    assert catalog.embeddings.misshapen() == {}
    assert catalog.upkeep.orphans(scans.network.sha256) == {
        "photos_without_file": 0,
        "faces_without_thumbnail": 0,
        "faces_without_embedding": 0,
    }
    assert catalog.photos.delete_orphans() == 0


def test_what_is_torn_is_found(catalog: Catalog, database: Database, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
    with database.writing() as connection:
        for table in (embeddings, thumbnails):
            connection.execute(table.delete().where(table.c.face_id == saved.face_ids[0]))
        connection.execute(networks.update().values(dim=9))
        connection.execute(files.delete())
    assert catalog.embeddings.misshapen() == {scans.network.sha256: [saved.face_ids[1]]}
    assert catalog.upkeep.orphans(scans.network.sha256) == {
        "photos_without_file": 1,
        "faces_without_thumbnail": 1,
        "faces_without_embedding": 1,
    }
    assert catalog.photos.delete_orphans() == 1
    assert catalog.upkeep.counts().faces == 0


def test_what_faces_lost_is_made_anew_when_their_photos_are_looked_at_again(
    catalog: Catalog, database: Database, scans: Scans
) -> None:
    batch = [scans.photo(f"{number}.jpg", f"content {number}", scans.face(10)) for number in range(3)]
    first, second, _ = (saved.face_ids[0] for saved in scans.save(catalog, *batch))
    digest, whole = scans.network.sha256, catalog.faces.thumbnails([first])
    with database.writing() as connection:
        connection.execute(thumbnails.delete().where(thumbnails.c.face_id == first))
        connection.execute(embeddings.delete().where(embeddings.c.face_id == second))
    assert sum(catalog.upkeep.orphans(digest).values()) == 2
    catalog.upkeep.look_again(digest)
    known = catalog.files.under(scans.folder, detector=scans.detector, network=digest)
    assert [known[scan.stat.path].current for scan in batch] == [False, False, True]
    assert sum(catalog.upkeep.orphans(digest).values()) == 0
    scans.save(catalog, *batch)
    assert sum(catalog.upkeep.orphans(digest).values()) == 0
    assert catalog.faces.thumbnails([first]) == whole
    assert len(catalog.embeddings.of_faces([second], digest)[0]) == 1


def test_a_face_that_a_human_spoke_of_and_another_network_found_has_lost_nothing(
    catalog: Catalog, database: Database, scans: Scans
) -> None:
    theirs = [scans.face(left) for left in (10, 60, 120)]
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *theirs))
    named, refused, ignored = saved.face_ids
    ann = catalog.acts.enrol("Ann", [named])[0]
    catalog.acts.reject([refused], ann.id)
    catalog.acts.ignore([ignored])
    other = scans.other_network
    catalog.photos.save([scans.photo("1.jpg", "A")], detector=scans.detector, network=other)
    assert catalog.upkeep.orphans(other.sha256)["faces_without_embedding"] == 0
    with database.writing() as connection:
        connection.execute(embeddings.delete().where(embeddings.c.face_id == refused))
    assert catalog.upkeep.orphans(other.sha256)["faces_without_embedding"] == 1


def test_rows_that_name_what_is_gone_are_told_by_their_tables(sqlite_path: Path, scans: Scans) -> None:
    """SQLite keeps no such row; a damaged file may hold some."""
    with open_catalog(sqlite_path) as catalog:
        scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
    with closing(sqlite3.connect(sqlite_path)) as raw, raw:
        raw.execute("DELETE FROM faces")
    with open_catalog(sqlite_path) as catalog:
        found = {f"rows of {table} name rows of faces that are gone" for table in ("embeddings", "thumbnails")}
        assert set(catalog.upkeep.quick_check()) == found


def test_a_backup_is_the_whole_catalog_and_private(tmp_path: Path, scans: Scans, loose_umask: None) -> None:
    copy = tmp_path / "copy.db"
    with open_catalog(tmp_path / "recog.db") as catalog:
        (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
        catalog.upkeep.back_up(copy)
        catalog.people.add("after the backup")
        with pytest.raises(CatalogError, match="there already"):
            catalog.upkeep.back_up(copy)
        with open_catalog(copy) as restored:
            assert restored.library_id == catalog.library_id
            assert restored.faces.by_ids(saved.face_ids) == catalog.faces.by_ids(saved.face_ids)
            assert restored.people.all() == []
        with pytest.raises(CatalogError, match="name another place"):
            catalog.upkeep.back_up(tmp_path / "nowhere" / "copy.db")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.postgres
def test_a_server_is_backed_up_by_its_own_tool(databases: Databases, tmp_path: Path) -> None:
    with open_catalog(databases.new()) as catalog, pytest.raises(CatalogError, match="pg_dump"):
        catalog.upkeep.back_up(tmp_path / "copy.db")
