"""One catalog that several threads use at once, on both engines."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from recog.errors import CatalogError
from recog.held_files import is_held
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from tests.store.conftest import Scans

PATIENCE = 60.0
"""Seconds after which a thread that waits for another one fails its test."""


@pytest.fixture
def start() -> Iterator[Callable[..., Future[Any]]]:
    """Runs a function in a thread of its own."""
    with ThreadPoolExecutor(8) as pool:
        yield pool.submit


def wait_for(fact: Event) -> None:
    assert fact.wait(PATIENCE)


def test_readers_beside_a_writer_see_whole_photos(
    catalog: Catalog, scans: Scans, start: Callable[..., Future[Any]]
) -> None:
    network = scans.network.sha256
    batch = [scans.photo(f"{one}.jpg", f"content {one}", scans.face(10), scans.face(60)) for one in range(25)]
    written = Event()

    def read() -> int:
        rounds = 0
        while not written.is_set() or rounds == 0:
            with catalog.repeatable_reads():
                counts = catalog.upkeep.counts()
                stored = sum(len(rows.face_ids) for rows in catalog.embeddings.batches(network))
                assert counts.faces == 2 * counts.photos == stored
            with catalog.snapshot() as now:
                now.people_by_id([1])
            rounds += 1
        return rounds

    readers = [start(read) for _ in range(4)]
    try:
        for scan in batch:
            scans.save(catalog, scan)
    finally:
        written.set()
    assert all(reader.result(PATIENCE) for reader in readers)
    assert catalog.upkeep.counts().faces == 50


def test_what_writers_in_several_threads_save_is_all_there(
    catalog: Catalog, scans: Scans, start: Callable[..., Future[Any]]
) -> None:
    batches = [[scans.photo(f"{one}-{n}.jpg", f"{one} {n}", scans.face(10)) for n in range(5)] for one in range(4)]
    together = Barrier(4)

    def write(number: int) -> None:
        together.wait(PATIENCE)
        for scan in batches[number]:
            scans.save(catalog, scan)
        catalog.acts.enrol(f"Ann {number}", [])

    for writer in [start(write, number) for number in range(4)]:
        writer.result(PATIENCE)
    assert (catalog.upkeep.counts().photos, catalog.upkeep.counts().people) == (20, 4)


def test_one_state_of_a_thread_is_nobody_else_s(
    catalog: Catalog, scans: Scans, start: Callable[..., Future[Any]]
) -> None:
    entered, written = Event(), Event()

    def look_twice() -> tuple[int, int, int]:
        with catalog.repeatable_reads():
            before = catalog.upkeep.counts().photos
            entered.set()
            wait_for(written)
            with catalog.repeatable_reads():
                inside = catalog.upkeep.counts().photos
            return before, inside, catalog.upkeep.counts().photos

    looking = start(look_twice)
    wait_for(entered)
    scans.save(catalog, scans.photo("a.jpg", "a"))
    seen = catalog.upkeep.counts().photos
    written.set()
    assert seen == 1
    assert looking.result(PATIENCE) == (0, 0, 0)
    assert catalog.upkeep.counts().photos == 1


def test_threads_may_compare_their_versions(catalog: Catalog, scans: Scans, start: Callable[..., Future[Any]]) -> None:
    together = Barrier(6)

    def versions() -> set[object]:
        with catalog.snapshot() as now:
            together.wait(PATIENCE)
            return {catalog.version(), now.version()}

    def of_all() -> set[object]:
        return set().union(*(asked.result(PATIENCE) for asked in [start(versions) for _ in range(6)]))

    before = of_all()
    assert len(before) == 1
    assert before == {catalog.version()}
    scans.save(catalog, scans.photo("a.jpg", "a"))
    after = of_all()
    assert len(after) == 1
    assert before != after


def test_a_snapshot_that_is_older_than_the_catalog_has_a_version_of_its_own(tmp_path: Path) -> None:
    with open_catalog(tmp_path / "recog.db") as catalog, catalog.snapshot() as now:
        before = catalog.version()
        assert now.version() == before
        catalog.acts.enrol("Ann", [])
        assert now.people_by_id([1]) == {}
        assert now.version() not in {before, catalog.version()}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc to count descriptors in")
def test_a_catalog_that_is_closed_while_others_read_says_so_and_keeps_no_file_open(
    tmp_path: Path, start: Callable[..., Future[Any]]
) -> None:
    path = tmp_path / "recog.db"
    catalog = open_catalog(path)
    ann, _ = catalog.acts.enrol("Ann", [])
    reading, closed = Barrier(3), Event()

    def in_one_state() -> None:
        with catalog.repeatable_reads():
            reading.wait(PATIENCE)
            wait_for(closed)
            with pytest.raises(CatalogError, match="was closed: open it again"):
                catalog.people.all()

    def in_a_moment() -> None:
        with catalog.snapshot() as now:
            reading.wait(PATIENCE)
            wait_for(closed)
            assert now.people_by_id([ann.id]) == {ann.id: ann}  # what was begun ends
            with pytest.raises(CatalogError, match="was closed: open it again"):
                now.version()

    readers = [start(one) for one in (in_one_state, in_a_moment)]
    reading.wait(PATIENCE)
    catalog.close()
    assert is_held(path)
    closed.set()
    for reader in readers:
        reader.result(PATIENCE)
    assert not is_held(path)
    links = [entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    assert [link for link in links if link.name.startswith(path.name)] == []


def test_two_people_are_forgotten_at_once(catalog: Catalog, scans: Scans, start: Callable[..., Future[Any]]) -> None:
    batch = [scans.photo(f"{one}.jpg", f"content {one}", scans.face(10)) for one in range(2)]
    saved = scans.save(catalog, *batch)
    people = [catalog.acts.enrol(name, one.face_ids)[0] for name, one in zip(("Ann", "Bob"), saved, strict=True)]
    together = Barrier(2)

    def forget(number: int) -> bool:
        together.wait(PATIENCE)
        return catalog.erasure.forget(number).complete

    forgotten = [start(forget, person.id) for person in people]
    assert [one.result(PATIENCE) for one in forgotten] == [True, True]
    assert catalog.old_pages.pending is None
    assert (
        catalog.upkeep.counts().faces,
        catalog.upkeep.counts().people,
        catalog.upkeep.counts().pending_erasures,
    ) == (0, 0, 0)


def test_a_new_database_is_opened_by_several_threads_at_once(url: str, start: Callable[..., Future[Any]]) -> None:
    together = Barrier(4)

    def opened() -> str:
        together.wait(PATIENCE)
        with open_catalog(url) as catalog:
            return catalog.library_id

    assert len({one.result(PATIENCE) for one in [start(opened) for _ in range(4)]}) == 1
