"""The queue in the catalog: claims, leases, and what becomes of files whose workers die."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import select

from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.engine import open_catalog
from recog.store.jobs import MOST_TRIES, Claimed
from recog.store.records import QueueCounts
from recog.store.schema.tables import jobs
from tests.store.conftest import Scans


class Queue:
    """The queue of a catalog that holds the files 0.jpg to 9.jpg."""

    def __init__(self, catalog: Catalog, scans: Scans) -> None:
        self.jobs = catalog.jobs
        self.scans = scans
        self.networks = {"detector": scans.detector, "network": scans.network.sha256}
        self.jobs.add([scans.stat(f"{one}.jpg") for one in range(10)], detector=scans.detector, network=scans.network)

    def claim(self, owner: str, most: int, *, seconds: float = 60.0, done: tuple[str, ...] = ()) -> Claimed:
        stored = [self.scans.path(name) for name in done]
        return self.jobs.claim(owner, most=most, seconds=seconds, done=stored, **self.networks)

    def counts(self) -> QueueCounts:
        return self.jobs.counts(**self.networks)


def names(claimed: Claimed) -> list[str]:
    return [stat.path.name for stat in claimed.files]


@pytest.fixture
def queue(catalog: Catalog, scans: Scans) -> Queue:
    return Queue(catalog, scans)


def test_files_are_claimed_in_order_and_leave_the_queue_when_they_are_stored(queue: Queue) -> None:
    assert queue.counts() == QueueCounts(10, 0, 0, 0)
    first = queue.claim("a", 4)
    assert (names(first), first.alone) == (["0.jpg", "1.jpg", "2.jpg", "3.jpg"], False)
    assert first.files[0] == queue.scans.stat("0.jpg")
    assert names(queue.claim("b", 4)) == ["4.jpg", "5.jpg", "6.jpg", "7.jpg"]
    assert queue.counts() == QueueCounts(2, 8, 0, 0)
    assert names(queue.claim("a", 4, done=("0.jpg", "1.jpg", "4.jpg"))) == ["8.jpg", "9.jpg"]  # 4 is b's
    assert queue.counts() == QueueCounts(0, 8, 0, 0)
    assert names(queue.claim("c", 4)) == []
    assert not queue.jobs.are_done()


def test_a_lease_that_ran_out_is_taken_by_another_and_one_that_is_renewed_is_not(queue: Queue) -> None:
    queue.claim("a", 9, seconds=0.05)
    queue.jobs.renew("a", seconds=60.0)
    queue.claim("b", 1, seconds=0.05)
    time.sleep(0.1)
    taken = queue.claim("c", 4)
    assert (names(taken), taken.alone) == (["9.jpg"], True)
    assert names(queue.claim("c", 4)) == []


def test_what_is_given_back_is_free_and_does_not_count_as_a_try(queue: Queue) -> None:
    queue.claim("a", 10)
    queue.jobs.release("a", done=[queue.scans.path("0.jpg")])
    again = queue.claim("b", 10)
    assert (len(again.files), again.alone) == (9, False)


def test_a_file_on_which_workers_die_becomes_a_failure(queue: Queue, catalog: Catalog) -> None:
    queue.claim("a", 1)
    assert len(queue.claim("b", 9).files) == 9
    for _ in range(MOST_TRIES):
        queue.jobs.release("a", blame="it died")
        alone = queue.claim("a", 9)
        assert (names(alone), alone.alone) == (["0.jpg"], True)
    assert catalog.files.failures() == []
    queue.jobs.release("a", blame="it died")
    assert names(queue.claim("a", 9)) == []
    (failed,) = catalog.files.failures()
    assert (failed.stat, failed.reason) == (queue.scans.stat("0.jpg"), "crashed")
    assert "ended 3 workers that looked at nothing else (it died): leave it out" in failed.detail
    assert queue.counts() == QueueCounts(0, 9, 0, 0)


def test_workers_that_die_whatever_they_hold_do_not_die_on_the_same_file_each_time(queue: Queue) -> None:
    queue.claim("a", 10, seconds=0.0)
    died_on = [names(queue.claim(f"worker {turn}", 10, seconds=0.0)) for turn in range(10)]
    assert sorted(died_on) == [[f"{one}.jpg"] for one in range(10)]


def test_a_file_that_changed_is_queued_as_it_is_now(queue: Queue, scans: Scans) -> None:
    queue.jobs.add([scans.stat("0.jpg", mtime_ns=7)], detector=scans.detector, network=scans.network)
    assert queue.counts() == QueueCounts(10, 0, 0, 0)
    (one,) = [stat for stat in queue.claim("a", 10).files if stat.path.name == "0.jpg"]
    assert one.mtime_ns == 7


def test_jobs_for_another_network_or_machine_are_not_claimed(queue: Queue, scans: Scans, url: str) -> None:
    other = queue.jobs.claim(
        "a", most=9, seconds=9.0, done=(), detector=scans.detector, network=scans.other_network.sha256
    )
    assert other.files == ()
    with open_catalog(url, host="elsewhere") as catalog:
        assert catalog.jobs.claim("a", most=9, seconds=9.0, done=(), **queue.networks).files == ()
        assert catalog.jobs.counts(**queue.networks) == QueueCounts(0, 0, 10, 0)


@pytest.mark.postgres
def test_a_worker_passes_over_what_another_is_just_claiming(queue: Queue, url: str) -> None:
    if not url.startswith("postgresql"):
        pytest.skip("SQLite lets one transaction write at a time")
    with closing(Database(parse_url(url), busy_seconds=5.0)) as other, other.writing(beside_others=True) as connection:
        connection.execute(select(jobs.c.id).order_by(jobs.c.id).limit(4).with_for_update())
        assert names(queue.claim("b", 3)) == ["4.jpg", "5.jpg", "6.jpg"]


@pytest.mark.postgres
def test_batches_with_a_common_photo_that_are_saved_at_the_same_time_hold_it_once(
    open_again: Callable[[], Catalog], scans: Scans, url: str
) -> None:
    if not url.startswith("postgresql"):
        pytest.skip("SQLite lets one transaction write at a time")
    catalogs = [open_again() for _ in range(4)]
    scans.save(catalogs[0], scans.photo("known.jpg", "K"))
    faces = [scans.face(10), scans.face(60)]

    def save(place: int) -> None:
        for turn in range(10):
            alike = scans.photo(f"alike-{turn}-{place}.jpg", f"alike {turn}", *faces)
            own = scans.photo(f"own-{turn}-{place}.jpg", f"own {turn} {place}", *faces)
            catalogs[place].photos.save(
                [own, alike] if place % 2 else [alike, own], detector=scans.detector, network=scans.network
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(4)))
    assert len(catalogs[0].photos.all_digests()) == 1 + 10 + 40
    assert catalogs[0].upkeep.counts().files == 1 + 80
    assert catalogs[0].embeddings.mark(scans.network.sha256).count == 2 * 50
    assert not any(catalogs[0].upkeep.orphans(scans.network.sha256).values())
