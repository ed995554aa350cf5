"""The history of the schema: every step up and down, on both engines, killed or not."""
# ruff: noqa: RUF001 - Turkish letters are the matter of one of them

from __future__ import annotations

import signal
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Select, Table, inspect, select, text
from sqlalchemy.dialects.postgresql.base import ischema_names

from recog.errors import CatalogError
from recog.store.connection.backup import automatic_backups
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.engine import open_catalog
from recog.store.records import FailedFile
from recog.store.schema.halfvec import Halfvec
from recog.store.schema.migrations import migrate, migrations_directory, prepare, revisions
from recog.store.schema.tables import metadata
from recog.store.styling import NewStyleJob, StyleShare
from recog.types import DateSource
from tests.databases import database_at

if TYPE_CHECKING:
    from tests.postgres import Databases
    from tests.store.conftest import Scans

ischema_names["halfvec"] = Halfvec  # so that tables are reflected without a warning
REVISIONS = revisions()
BEFORE_TURNS = REVISIONS[REVISIONS.index("0015") - 1]


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables there are; without their volume, because 0018 gives all to the machine without a name."""
    with database.reading() as connection:
        found = MetaData()
        found.reflect(connection)
        return {
            name: sorted((tuple(row) for row in connection.execute(_without_volume(table))), key=repr)
            for name, table in found.tables.items()
        }


def _without_volume(table: Table) -> Select[Any]:
    return select(*(column for column in table.columns if column.name != "volume_id"))


def populate(url: str, scans: Scans) -> None:
    with open_catalog(url) as catalog:
        (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60), scans.face(110)))
        ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
        catalog.acts.confirm(saved.face_ids[:1], ann.id)
        catalog.acts.confirm(saved.face_ids[1:2], bob.id)
        catalog.acts.rename(ann.id, "Anna")
        catalog.files.record_failures([FailedFile(scans.stat("2.jpg"), "not_a_photo", "no photo")])
        catalog.files.add_root(Path("/photos"))
        catalog.clusters.save(scans.network.sha256, "identity", {}, [])
        catalog.styles.plan([style_job(1, 1.0)])
        catalog.erasure.forget(bob.id)


def style_job(number: int, *shares: float) -> NewStyleJob:
    return NewStyleJob(
        digest="d" * 64,
        photo_sha256="0a" * 32,
        photo_path=Path("/photos/1.jpg"),
        styles=tuple(StyleShare(f"{n:02x}" * 32, Path(f"/styles/{n}.jpg"), share) for n, share in enumerate(shares)),
        settings_digest="e" * 64,
        settings={},
        network="vgg16-hed",
        network_sha256="f" * 64,
        output_path=Path(f"/out/{number}.png"),
    )


def test_each_revision_follows_the_one_before() -> None:
    files = sorted((migrations_directory() / "versions").glob("*.py"))
    assert [path.stem[:4] for path in files] == REVISIONS
    for path, before in zip(files[1:], REVISIONS, strict=False):
        said = path.read_text(encoding="utf-8")
        assert f'\nrevision = "{path.stem[:4]}"\ndown_revision = "{before}"\n' in said, path.name


def test_the_migrations_make_the_tables_of_today(url: str) -> None:
    open_catalog(url).close()
    with database_at(url) as database, database.reading() as connection:
        # SQLite has no identity columns (AUTOINCREMENT stands in), which the comparison takes for a changed default.
        opts = {
            "compare_type": True,
            "compare_server_default": not database.is_sqlite,
            "include_name": lambda name, kind, _: (kind, name) != ("column", "near"),  # see recog.store.schema.halfvec
        }
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_foreign_keys_delete_what_the_tables_say(url: str) -> None:
    """Alembic's comparison does not look at ON DELETE; this one does."""
    open_catalog(url).close()
    with database_at(url) as database, database.reading() as connection:
        inspector = inspect(connection)
        for table in metadata.sorted_tables:
            real = {
                (key["constrained_columns"][0], key["referred_table"], (key["options"].get("ondelete") or "").upper())
                for key in inspector.get_foreign_keys(table.name)
            }
            wanted = {
                (key.parent.name, key.column.table.name, (key.ondelete or "").upper()) for key in table.foreign_keys
            }
            assert real == wanted, table.name


@pytest.mark.parametrize("revision", ["base", *REVISIONS[:-1]])
def test_every_revision_goes_down_and_up_again_with_its_data(url: str, scans: Scans, revision: str) -> None:
    """Tables that outlive the way down hold the same rows after the way up."""
    populate(url, scans)
    database = Database(parse_url(url), busy_seconds=5.0)
    before = everything(database)
    migrate(database, revision, down=True)
    # 0016 adds a pending erasure on a server; 0018 gives all to the machine without a name.
    kept = set(everything(database)) - {"alembic_version", "pending_erasures", "volumes"}
    if "faces" not in kept:
        kept.discard("processings")  # photos without a face are to be looked at again
    prepare(database)
    after = everything(database)
    assert set(after) == set(before)
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["alembic_version"] == [(REVISIONS[-1],)]
    database.close()


@pytest.mark.postgres
def test_a_catalog_that_earlier_recogs_kept_on_a_server_is_searched_by_it_without_losing_a_name(
    databases: Databases, scans: Scans
) -> None:
    """Networks of several dimensions, and a vector that the disk damaged: the check finds it, no search does."""
    url = databases.new()
    populate(url, scans)
    wide = scans.network_of(512)
    with open_catalog(url) as catalog:
        faces = [replace(scans.face(10), embedding=scans.vector(512)) for _ in range(3)]
        photos = [scans.photo(f"{number}.jpg", f"W{number}", face) for number, face in enumerate(faces)]
        catalog.photos.save(photos, detector=scans.detector, network=wide)
        people = catalog.people.all()
        history = catalog.acts.history()
        owners = catalog.people.confirmed_owners(range(1, 10))
        vectors = dict(zip(*catalog.embeddings.of_faces(range(1, 10), wide.sha256), strict=True))
    with database_at(url) as database:
        migrate(database, REVISIONS[REVISIONS.index("0017") - 1], down=True)
        with database.writing() as connection:
            connection.execute(text("UPDATE embeddings SET vector = '\\x00' WHERE face_id = 1"))
    with open_catalog(url) as catalog:
        assert (catalog.people.all(), catalog.acts.history()) == (people, history)
        assert catalog.people.confirmed_owners(range(1, 10)) == owners
        assert catalog.nearest.count(wide.sha256) == 3
        assert catalog.nearest.without_copy(scans.network.sha256) == 0
        assert catalog.embeddings.misshapen() == {scans.network.sha256: [1]}
    with database_at(url) as database, database.reading() as connection:
        rows = connection.execute(text("SELECT face_id, near::text FROM embeddings WHERE near IS NOT NULL")).all()
    copies = {face_id: np.array(near.strip("[]").split(","), np.float32) for face_id, near in rows}
    assert copies.keys() >= vectors.keys()
    assert 1 not in copies
    for face_id, vector in vectors.items():
        assert np.array_equal(copies[face_id], vector.astype(np.float16).astype(np.float32))


def test_photos_that_were_indexed_by_themselves_are_no_roots_any_more(url: str, scans: Scans) -> None:
    database = Database(parse_url(url), busy_seconds=5.0)
    with open_catalog(url) as catalog:
        scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
        catalog.files.record_failures([FailedFile(scans.stat("2.jpg"), "damaged", "no photo")])
        for root in (scans.folder, scans.path("1.jpg"), scans.path("2.jpg"), scans.path("3")):
            catalog.files.add_root(root)
    migrate(database, "0010", down=True)
    database.close()
    with open_catalog(url, host="") as catalog:
        assert catalog.files.roots() == [scans.folder, scans.path("3")]


def test_photos_that_were_refused_as_damaged_are_read_again(url: str, scans: Scans) -> None:
    """What lacks its end was damaged to earlier versions; files refused for other reasons stay so."""
    with open_catalog(url) as catalog:
        (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
        failed = (("2.jpg", "damaged", "cut"), ("3.jpg", "not_a_photo", "a letter"))
        catalog.files.record_failures([FailedFile(scans.stat(name), *why) for name, *why in failed])
    database = Database(parse_url(url), busy_seconds=5.0)
    migrate(database, "0013", down=True)
    database.close()
    with open_catalog(url, host="") as catalog:
        assert [failure.stat.path.name for failure in catalog.files.failures(scans.folder)] == ["3.jpg"]
        assert not catalog.photos.by_id(saved.photo_id).incomplete


def test_dates_that_were_known_are_the_cameras_and_dates_of_other_sources_do_not_go_back(
    url: str, scans: Scans
) -> None:
    date = datetime(2019, 7, 1, 12, 30, 5, tzinfo=UTC)
    with open_catalog(url) as catalog:
        saved = scans.save(
            catalog,
            replace(scans.photo("1.jpg", "A"), taken_at=date, taken_from=DateSource.EXIF_ORIGINAL),
            replace(scans.photo("2.jpg", "B"), taken_at=date, taken_from=DateSource.FILE_TIME),
        )
    database = Database(parse_url(url), busy_seconds=5.0)
    migrate(database, "0013", down=True)
    database.close()
    with open_catalog(url) as catalog:
        camera, file = (catalog.photos.by_id(one.photo_id) for one in saved)
        assert (camera.taken_at, camera.taken_from) == (date, DateSource.EXIF_ORIGINAL)
        assert (file.taken_at, file.taken_from) == (None, None)


def test_photos_without_a_sure_face_are_to_be_looked_at_again(url: str, scans: Scans) -> None:
    """An earlier recog looked at them in one turn; photos with a sure face stay as they are."""
    unsure = scans.face(10)
    unsure = replace(unsure, box=replace(unsure.box, score=0.99))
    with open_catalog(url) as catalog:
        scans.save(
            catalog,
            scans.photo("sure.jpg", "A", scans.face(60), unsure),
            scans.photo("unsure.jpg", "B", unsure),
            scans.photo("nobody.jpg", "C"),
        )
        everywhere = catalog.photos.digests(detector=scans.detector, network=scans.network.sha256)
        assert len(everywhere) == 3
    database = Database(parse_url(url), busy_seconds=5.0)
    migrate(database, BEFORE_TURNS, down=True)
    database.close()
    with open_catalog(url) as catalog:
        (current,) = catalog.photos.digests(detector=scans.detector, network=scans.network.sha256).values()
        assert [path.name for path in catalog.files.paths([current])[current]] == ["sure.jpg"]
        assert len(catalog.faces.of_photo(current)) == 2


def test_jobs_of_one_style_survive_the_way_down_before_blends_and_blends_do_not(url: str) -> None:
    with open_catalog(url) as catalog:
        alone, _ = catalog.styles.plan([style_job(1, 1.0), style_job(2, 0.7, 0.3)])
    database = Database(parse_url(url), busy_seconds=5.0)
    migrate(database, "0009", down=True)
    with database.reading() as connection:
        rows = connection.execute(text("SELECT id, style_sha256, style_path FROM style_jobs")).all()
    assert rows == [(alone.id, bytes(32), b"/styles/0.jpg")]
    database.close()
    with open_catalog(url) as catalog:
        assert catalog.styles.jobs() == [alone]


def test_names_get_their_keys_anew_and_nobody_is_joined_or_parted(url: str) -> None:
    """Folded, Weiß was Weiss; two who have one key today keep their own faces, names and acts."""
    names = ["Weiss", "Straße", "İbrahim", "Ibrahim", "KILIÇ", "Kılıç", "Ann"]
    open_catalog(url).close()
    database = Database(parse_url(url), busy_seconds=5.0)
    migrate(database, "0012", down=True)
    with database.writing() as connection:
        statement = text("INSERT INTO people (name, name_key, hidden) VALUES (:name, :key, :hidden)")
        for name in names:
            connection.execute(statement, {"name": name, "key": name.casefold(), "hidden": False})
    database.close()
    with open_catalog(url) as catalog:
        found = [catalog.people.by_name(name) for name in names]
        assert [person.name for person in found] == names
        assert len({person.id for person in found}) == len(names)
        assert catalog.people.by_name("STRAßE").name == "Straße"
        assert catalog.acts.enrol("Weiß", [])[1]
        assert catalog.people.by_name("ANN").name == "Ann"
        for person in found:
            catalog.acts.set_hidden(person.id, hidden=True)
        assert [catalog.acts.undo().kind for _ in found] == ["hide"] * len(found)
        assert catalog.acts.rename(found[3].id, "Abe").name == "Abe"
        assert catalog.people.by_name("İbrahim").name == "İbrahim"
    database = Database(parse_url(url), busy_seconds=5.0)
    migrate(database, "0012", down=True)
    with database.reading() as connection:
        rows = connection.execute(text("SELECT name, name_key FROM people")).all()
    keys = {row.name: row.name_key for row in rows}
    assert (keys["Straße"], keys["Weiss"], keys["Ann"]) == ("strasse", "weiss", "ann")
    assert keys["Weiß"] == "weiß"
    database.close()
    with open_catalog(url) as catalog:
        assert {catalog.people.by_name(name).name for name in ("Weiß", "Weiss")} == {"Weiß", "Weiss"}


def test_every_revision_up_from_nothing_one_by_one(url: str) -> None:
    database = Database(parse_url(url), busy_seconds=5.0)
    if database.path is not None:
        database.path.parent.mkdir()
    for revision in REVISIONS:
        migrate(database, revision)
        with database.reading() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == revision
    migrate(database, "base", down=True)
    assert set(everything(database)) == {"alembic_version"}
    migrate(database)
    assert set(everything(database)) == {"alembic_version", *metadata.tables}
    database.close()


def test_an_older_database_is_copied_before_it_is_migrated(sqlite_path: Path, scans: Scans) -> None:
    populate(f"sqlite:///{sqlite_path}", scans)
    database = Database(parse_url(sqlite_path), busy_seconds=5.0)
    migrate(database, REVISIONS[-2], down=True)
    before = everything(database)
    open_catalog(sqlite_path).close()
    (copy,) = automatic_backups(database)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    copied = Database(parse_url(copy), busy_seconds=5.0)
    assert everything(copied) == before
    copied.close()
    database.close()


@pytest.mark.parametrize("statement", ["CREATE TABLE photos", "CREATE TABLE assignments", "UPDATE alembic_version"])
def test_a_kill_during_migration_leaves_the_schema_that_was(sqlite_path: Path, statement: str) -> None:
    """The process kills itself at a statement in the middle; the next open starts from the beginning."""
    code = f"""
import os, signal
from pathlib import Path
from sqlalchemy import event
from recog.errors import CatalogError
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.schema.migrations import migrate

database = Database(parse_url(Path({str(sqlite_path)!r})), busy_seconds=5.0)
seen = []

@event.listens_for(database.engine, "before_cursor_execute")
def kill(connection, cursor, statement, *rest):
    if statement.strip().startswith({statement!r}):
        seen.append(statement)
        if len(seen) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

migrate(database)
"""
    sqlite_path.parent.mkdir()
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    with sqlite3.connect(sqlite_path) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    raw.close()
    with open_catalog(sqlite_path) as catalog:
        assert catalog.upkeep.quick_check() == []


def test_an_installation_without_migrations_says_so(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=rf"not at {tmp_path} nor at {tmp_path / 'b'}: install recog again"):
        migrations_directory([tmp_path, tmp_path / "b"])
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "env.py").touch()
    assert migrations_directory([tmp_path, tmp_path / "b"]) == tmp_path / "b"


def test_files_that_two_machines_have_at_one_path_are_one_file_after_the_way_down(url: str, scans: Scans) -> None:
    for host, content in (("nas", "A"), ("desk", "B")):
        with open_catalog(url, host=host) as catalog:
            scans.save(catalog, scans.photo("1.jpg", content, scans.face(10)))
            catalog.files.add_root(scans.folder)
    with database_at(url) as database:
        migrate(database, REVISIONS[REVISIONS.index("0018") - 1], down=True)
        with database.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM files")).scalar_one() == 1
    with open_catalog(url, host="nas") as catalog:
        assert catalog.files.roots() == []
        assert catalog.files.roots(elsewhere=True) == [scans.folder]
        assert len(catalog.photos.all_digests()) == 2
