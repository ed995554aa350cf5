"""A library that may only be read answers, and says why where it cannot."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from recog.errors import CatalogError, SchemaOutdatedError, WayOut
from recog.store.engine import open_catalog
from recog.store.schema.tables import pending_erasures
from tests.databases import database_at
from tests.faults.privilege import bound_by_permissions
from tests.opened_twice import bytes_of
from tests.store.conftest import Scans


@pytest.fixture
def name() -> str:
    """Of the catalog's file."""
    return "recog.db"


@pytest.fixture
def path(scans: Scans, name: str) -> Iterator[Path]:
    """A catalog with Ann's face."""
    with TemporaryDirectory(prefix="recog-read-only-") as folder:
        path = Path(folder) / "library" / name
        with open_catalog(path) as catalog:
            saved = scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10), scans.face(60)))
            catalog.acts.enrol("Ann", saved[0].face_ids[:1])
        (Path(folder) / "copies").mkdir()
        yield path


@contextmanager
def only_reading(path: Path) -> Iterator[None]:
    """As somebody who may read the catalog's folder and files, and write none of them."""
    places = [*path.parent.iterdir(), path.parent]
    for place in places:
        place.chmod(0o500 if place.is_dir() else 0o400)
    try:
        with bound_by_permissions():
            yield
    finally:
        for place in reversed(places):
            place.chmod(0o700 if place.is_dir() else 0o600)


@pytest.mark.parametrize("name", ["recog.db", "recog?mode=rw%41#[1].db", os.fsdecode(b"recog\xff.db")])
def test_what_may_only_be_read_answers_and_is_left_as_it_is(path: Path) -> None:
    before = {place.name: place.read_bytes() for place in path.parent.iterdir()}
    with only_reading(path), open_catalog(path, create=False) as catalog:
        assert [person.name for person in catalog.people.all()] == ["Ann"]
        assert catalog.version() == catalog.version()
        assert (catalog.upkeep.counts().faces, catalog.upkeep.quick_check()) == (2, [])
        with pytest.raises(CatalogError, match="cannot be opened for writing"):
            catalog.people.add("Bob")
        catalog.upkeep.back_up(path.parent.parent / "copies" / "copy.db")
    with open_catalog(path.parent.parent / "copies" / "copy.db") as catalog:
        assert [person.name for person in catalog.people.all()] == ["Ann"]
    assert {place.name: place.read_bytes() for place in path.parent.iterdir()} == before


def test_a_folder_that_may_not_be_written_is_enough(path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        with bound_by_permissions(), open_catalog(path, create=False) as catalog:
            assert [person.name for person in catalog.people.all()] == ["Ann"]
    finally:
        path.parent.chmod(0o700)


def test_a_writer_elsewhere_is_followed(path: Path) -> None:
    with open_catalog(path) as writer:
        writer.people.add("Bob")
        with only_reading(path), open_catalog(path, create=False) as reader:
            assert [person.name for person in reader.people.all()] == ["Ann", "Bob"]
            version = reader.version()
            writer.people.add("Eve")
            assert [person.name for person in reader.people.all()] == ["Ann", "Bob", "Eve"]
            assert reader.version() != version


def test_what_changes_though_nobody_was_writing_it_is_refused(path: Path) -> None:
    with only_reading(path), open_catalog(path, create=False) as reader:
        assert len(reader.people.all()) == 1
        path.chmod(0o600)
        path.parent.chmod(0o700)
        with open_catalog(path) as writer:
            writer.people.add("Bob")
            with pytest.raises(CatalogError, match="is being written elsewhere: open it again"):
                reader.people.all()
        with pytest.raises(CatalogError, match="is being written elsewhere"):
            reader.version()


def test_a_log_that_cannot_be_read_is_said(path: Path) -> None:
    with open_catalog(path) as writer:
        writer.people.add("Bob")
        (path.parent.parent / "log").write_bytes(bytes_of(path.with_name("recog.db-wal")))
    shutil.copy(path.parent.parent / "log", path.with_name("recog.db-wal"))
    with only_reading(path), pytest.raises(CatalogError, match=r"in its log recog.db-wal, .* written$") as caught:
        open_catalog(path, create=False)
    assert caught.value.way_out is WayOut.COPY_LIBRARY


def test_an_older_schema_and_a_pending_erasure_are_left_and_said(path: Path) -> None:
    with open_catalog(path), database_at(path) as database, database.writing() as connection:
        connection.execute(pending_erasures.insert(), [{"at": "2026-11-22T00:00:00"}])
    with only_reading(path), open_catalog(path, create=False) as catalog:
        assert catalog.old_pages.pending is not None
        assert "may only be read here" in catalog.old_pages.pending.sentence
    with open_catalog(path) as catalog:
        assert catalog.old_pages.pending is None
        with database_at(path) as database, database.writing() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with only_reading(path), pytest.raises(SchemaOutdatedError, match="older schema 0001 and may only be read"):
        open_catalog(path, create=False)


def test_what_may_not_even_be_read_is_said(path: Path) -> None:
    with only_reading(path):
        path.chmod(0o000)
        with pytest.raises(CatalogError, match=r"cannot be opened \(Permission denied\)"):
            open_catalog(path, create=False)
