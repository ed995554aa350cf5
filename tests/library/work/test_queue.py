"""The queue: workers that share it leave what one undisturbed run of index leaves, face by face."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from recog.config import Settings, read_settings
from recog.errors import CatalogUnusableError, LibraryBusyError
from recog.library.indexing.index_run import BATCH_PHOTOS
from recog.library.indexing.results import IngestProgress
from recog.library.work.worker import Worker
from recog.store.jobs import MOST_TRIES
from recog.store.records import QueueOverview
from recog.store.writer_lock import WriterLock
from recog.types import Detector, FaceBox, Pixels
from tests.databases import database_at
from tests.library.work.compared import everything
from tests.library.work.together import together
from tests.painted import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    CellDetector,
    PaintedLibrary,
    PaintedNetworks,
    paint,
)
from tests.postgres import Databases

POISON = (200, 200, 10)
PATIENCE = 120.0
LEASE_SECONDS = 6.0
"""It is renewed every two seconds: a machine would have to stand still for four to lose it."""


class Shared:
    """Folders of several clients with one catalog, and photos."""

    def __init__(self, home: Path, database: str) -> None:
        self.home = home
        self.database = database
        self.photos = home / "photos"
        for number in range(12):
            colours = (RED, GREEN, BLUE, WHITE)[: 1 + number % 4]
            paint(self.photos / f"{number % 3}" / f"{number}.png", *colours, noise=number)
        (self.photos / "bad.jpg").write_bytes(b"no photo")
        (self.photos / "copy.png").write_bytes((self.photos / "0" / "0.png").read_bytes())

    def client(self, name: str) -> PaintedLibrary:
        return PaintedLibrary(read_settings(library=self.home / name, database=self.database))

    def undisturbed(self) -> dict[str, object]:
        """Return what index alone would leave of the photos as they are."""
        with PaintedLibrary(read_settings(library=self.home / "alone")) as library:
            library.index([self.photos])
            return everything(library)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    if request.param == "sqlite":
        yield Shared(tmp_path, f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
        return
    yield from on_server(request, tmp_path)


@pytest.fixture
def on_the_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    yield from on_server(request, tmp_path)


def on_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    databases: Databases = request.getfixturevalue("databases")
    made = databases.new()
    yield Shared(tmp_path, made)
    databases.drop(made)


def until(fact: Callable[[], float]) -> float:
    """Wait until something is so, and return it."""
    end = time.monotonic() + PATIENCE
    while not (found := fact()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def test_a_worker_leaves_what_index_leaves(shared: Shared) -> None:
    with shared.client("a") as library:
        report = library.queue.fill([shared.photos])
        assert (report.queued, report.unchanged, report.queue.waiting) == (14, 0, 14)
        done = library.queue.work()
        assert (done.added, done.known, done.failed, done.faces, done.interrupted) == (12, 1, 1, 30, False)
        assert (done.queue.waiting, done.queue.claimed) == (0, 0)
        assert everything(library) == shared.undisturbed()
        again = library.queue.fill([shared.photos])
        assert (again.queued, again.unchanged, again.unreadable) == (0, 13, 1)
        assert library.index([shared.photos]).unchanged == 13


def test_names_stay_with_photos_that_moved_or_were_edited(shared: Shared) -> None:
    first = shared.photos / "0" / "3.png"
    with shared.client("a") as library:
        library.index([shared.photos])
        library.people.enrol("Red", [shared.photos / "0" / "0.png"])
        library.people.enrol("White", [first], face=4)
        first.rename(shared.photos / "moved.png")
        (shared.photos / "1" / "1.png").unlink()
        paint(shared.photos / "new.png", RED, noise=99)
        report = library.queue.fill([shared.photos])
        assert (report.queued, report.missing) == (2, 2)
        done = library.queue.work()
        assert (done.added, done.known, done.lost) == (1, 1, ())
        assert [person.name for person, _ in done.matched] == ["Red"]
        moved = {path.name for _, paths in library.people.person("White").faces for path in paths}
        assert "moved.png" in moved


def test_workers_share_the_queue(on_the_server: Shared) -> None:
    shared = on_the_server
    with shared.client("a") as first, shared.client("b") as second:
        first.queue.fill([shared.photos])
        second.queue.counts()
        reports = together(first.queue.work, second.queue.work)
        assert sum(one.added + one.known + one.failed for one in reports) == 14
        assert everything(first) == shared.undisturbed()
        assert first.maintenance.check().ok


def test_two_workers_may_meet_the_same_new_photo(on_the_server: Shared) -> None:
    """Both save it at the same time: one of them waits, sees that it is there by then, and adds its path."""
    shared = on_the_server
    for number in range(12):
        (shared.photos / f"again{number}.png").write_bytes((shared.photos / f"{number % 3}/{number}.png").read_bytes())
    with shared.client("a") as first, shared.client("b") as second:
        half = [shared.photos / "0", shared.photos / "1", shared.photos / "2"]
        first.queue.fill([*half, *shared.photos.glob("again*.png")])
        together(first.queue.work, second.queue.work)
        assert len(first.context.catalog.photos.all_digests()) == 12
        assert first.status().files == 24


def test_what_a_dead_worker_held_is_taken_over_when_its_lease_ends(shared: Shared) -> None:
    with shared.client("a") as library:
        library.queue.fill([shared.photos])
        networks = {"detector": library.networks.detector.sha256, "network": library.networks.info.sha256}
        start = time.monotonic()
        held = library.context.catalog.jobs.claim("dead", most=5, seconds=0.5, done=(), **networks)
        assert (len(held.files), held.alone) == (5, False)
        assert library.queue.counts().claimed == 5
        assert library.queue.work(lease=1.0).added == 12
        assert time.monotonic() - start > 0.4
        assert everything(library) == shared.undisturbed()


class HeldDetector(CellDetector):
    """Finds no face before `go` is set."""

    def __init__(self) -> None:
        self.go = Event()

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        assert self.go.wait(PATIENCE)
        return super().detect(pixels)


class Held(PaintedNetworks):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.held = HeldDetector()

    @cached_property
    def detector(self) -> Detector:
        return self.held


def test_a_worker_renews_its_lease(on_the_server: Shared) -> None:
    """Another worker looks for work until the first lease, had nobody renewed it, would have ended."""
    shared = on_the_server
    settings = read_settings(library=shared.home / "slow", database=shared.database)
    networks = Held(settings)
    with (
        PaintedLibrary(settings, networks=networks) as slow,
        shared.client("b") as other,
        database_at(shared.database) as database,
        ThreadPoolExecutor(2) as workers,
    ):
        slow.queue.fill([shared.photos / "0"])

        def lease_until() -> float:
            with database.reading() as connection:
                return float(connection.scalar(text("SELECT max(lease_until) FROM jobs")) or 0)

        working = workers.submit(slow.queue.work, lease=LEASE_SECONDS)
        first = until(lease_until)
        looking = workers.submit(other.queue.work)
        until(lambda: lease_until() >= first + LEASE_SECONDS)
        networks.held.go.set()
        assert working.result(PATIENCE).added == 4
        report = looking.result(PATIENCE)
        assert (report.added, report.known) == (0, 0)


class PoisonedDetector(CellDetector):
    """Fails as no photo should: with an error that is not a photo's."""

    def __init__(self) -> None:
        self.tries = 0

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        if (pixels == POISON).all(axis=2).any():
            self.tries += 1
            raise ZeroDivisionError("the network met its poison")
        return super().detect(pixels)


class Poisoned(PaintedNetworks):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.poisoned = PoisonedDetector()

    @cached_property
    def detector(self) -> Detector:
        return self.poisoned


def test_a_photo_that_ends_workers_becomes_a_failure_and_the_others_are_indexed(shared: Shared) -> None:
    for folder in ("1", "2"):
        shutil.rmtree(shared.photos / folder)
    expected = shared.undisturbed()
    poison = paint(shared.photos / "poison.png", POISON)
    settings = read_settings(library=shared.home / "a", database=shared.database)
    networks = Poisoned(settings)
    with PaintedLibrary(settings, networks=networks) as library:
        library.queue.fill([shared.photos])
        report = library.queue.work()
        assert report.queue.waiting == report.queue.claimed == 0
        assert networks.poisoned.tries == 1 + MOST_TRIES
        (failed,) = [one for one in library.photos.failed().files if one.stat.path == poison]
        assert failed.reason == "crashed"
        assert (
            "ended 3 workers that looked at nothing else (ZeroDivisionError: the network met its poison)"
            in failed.detail
        )
        assert library.queue.fill([shared.photos]).queued == 0
        poison.unlink()
        library.index([shared.photos])
        assert everything(library) == expected


def test_a_second_process_on_sqlite_is_told_to_wait(tmp_path: Path) -> None:
    shared = Shared(tmp_path, f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    with shared.client("a") as library:
        library.queue.fill([shared.photos])
        with WriterLock(tmp_path / "a"), pytest.raises(LibraryBusyError, match="another recog"):
            library.queue.work()
        assert library.queue.counts().waiting == 14


def test_a_worker_outlasts_a_server_that_ends_its_connections(on_the_server: Shared) -> None:
    shared = on_the_server
    told: list[str] = []
    ended: list[int] = []
    with shared.client("a") as library, database_at(shared.database) as database:
        library.queue.fill([shared.photos])

        def end(step: IngestProgress) -> None:
            if not ended:
                ended.append(step.done)
                with database.writing() as connection:
                    connection.execute(
                        text(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                            " AND datname = current_database()"
                        )
                    )

        report = library.queue.work(progress=end, told=told.append)
        assert (ended, told) == ([1], []), "an outage of a moment is not worth a line"
        assert report.queue.waiting == report.queue.claimed == 0
        assert everything(library) == shared.undisturbed()


def test_a_worker_that_has_stored_photos_waits_anew_when_the_server_is_gone_again(tmp_path: Path) -> None:
    """One act takes the whole queue, so the second outage of a long night is no part of the first."""
    shared = Shared(tmp_path, f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    for number in range(BATCH_PHOTOS):
        paint(shared.photos / "more" / f"{number}.png", RED, noise=100 + number)
    patience, gone_at = 0.2, {1, BATCH_PHOTOS + 10}
    with shared.client("a") as library:
        library.queue.fill([shared.photos])

        def outage(step: IngestProgress) -> None:
            if step.done in gone_at:
                gone_at.remove(step.done)
                time.sleep(2 * patience)
                raise CatalogUnusableError(f"gone at {step.done}")

        with library.context.working() as catalog:
            worker = Worker(
                library.context,
                catalog,
                owner="a",
                lease=60.0,
                progress=outage,
                told=print,
                stop=lambda: False,
                patience=patience,
            )
            assert worker.run().queue.waiting == 0
        assert gone_at == set()


def test_an_interrupted_worker_gives_back_what_it_held(shared: Shared) -> None:
    with shared.client("a") as library:
        library.queue.fill([shared.photos])

        def interrupt(_step: object) -> None:
            raise KeyboardInterrupt

        report = library.queue.work(progress=interrupt)
        assert report.interrupted
        counts = library.queue.counts()
        assert (counts.claimed, counts.waiting + report.added + report.known + report.failed) == (0, 14)
        library.queue.work()
        assert everything(library) == shared.undisturbed()


def test_a_worker_that_is_told_to_stop_ends_after_the_photo_in_hand(shared: Shared) -> None:
    with shared.client("a") as library:
        library.queue.fill([shared.photos])
        seen: list[int] = []
        report = library.queue.work(progress=lambda step: seen.append(step.done), stop=lambda: len(seen) >= 3)
        assert report.interrupted
        assert (report.added + report.known + report.failed, report.queue.waiting, report.queue.claimed) == (3, 11, 0)
        library.queue.work()
        assert everything(library) == shared.undisturbed()


def test_the_overview_counts_the_work_of_all_machines(shared: Shared) -> None:
    with shared.client("a") as library:
        library.queue.fill([shared.photos])
        jobs = library.context.catalog.jobs
        networks = {"detector": library.networks.detector.sha256, "network": library.networks.info.sha256}
        for owner, most, seconds in (
            ("nas/1/a", 2, 60.0),
            ("nas/2/b", 1, 60.0),
            ("desk/1/c", 3, 60.0),
            ("off/1/d", 1, -1.0),
        ):
            jobs.claim(owner, most=most, seconds=seconds, done=(), **networks)
        assert library.queue.overview() == QueueOverview(files=14, at_work=6, workers=3, machines=2)
