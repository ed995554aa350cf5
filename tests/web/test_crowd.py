"""More connections than descriptors: silent ones are closed, and admitted clients are answered."""

import asyncio
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI

from recog.web.access import Access
from recog.web.attempts import Attempts
from recog.web.bodies import Limits
from recog.web.guard import Guard
from recog.web.library import ServedLibrary
from recog.web.place import Place
from recog.web.server import FEWEST, MOST, connections_for
from tests.faults.tracing import ROOT
from tests.web.client import TOKEN
from tests.web.running import running_server
from tests.web.served import Served, answering

PATIENCE = 60
BEARER = {"Authorization": f"Bearer {TOKEN}"}
FULL = 6


@contextmanager
def silent(port: int, count: int) -> Iterator[None]:
    """Open silent connections from another process."""
    command = [sys.executable, "-m", "tests.web.silent", str(port), str(count)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == f"{count} are open\n"
        yield
        assert client.poll() is None
        client.communicate()


@pytest.mark.parametrize(("descriptors", "connections"), [(200, 400), (256, 2000), (1024, 1100)])
def test_a_client_with_a_token_is_answered_beside_more_silent_ones_than_descriptors(
    tmp_path: Path, faces: list[int], descriptors: int, connections: int
) -> None:
    """This includes photos, which need files and processes. The server reports the crowd once."""
    with running_server(tmp_path / "library", descriptors=descriptors) as running:
        with silent(running.port, connections):
            answers = [running.ask("GET", "/api/people", **BEARER)[0] for _ in range(20)]
            answers += [running.ask("GET", path, **BEARER)[0] for path in ("/photos/1.jpg", "/", "/duplicates")]
        assert set(answers) == {200}
        _, written = running.end(signal.SIGINT)
    assert written.count("silent for longest is closed") == 1
    assert len(written) < 4096


@pytest.fixture
def told() -> list[str]:
    """Collects what the server reports about its connections."""
    return []


@pytest.fixture
def go() -> threading.Event:
    """Return an event that a request for /go, or the test, sets."""
    return threading.Event()


@pytest.fixture
def begun() -> list[str]:
    """Return a list with an entry for each request for /wait that has reached the application."""
    return []


@pytest.fixture
def full(told: list[str], go: threading.Event, begun: list[str], opened: ServedLibrary) -> Iterator[Served]:
    """Run a server of at most FULL connections; it answers /go at once, and /wait after `go` is set."""
    app = FastAPI()

    @app.get("/go")
    async def _go() -> None:
        go.set()

    @app.get("/wait")
    async def _wait() -> None:
        begun.append("/wait")
        await asyncio.to_thread(go.wait, PATIENCE)

    def guarded(place: Place) -> Guard:
        limits = Limits(seconds=2 * PATIENCE, pause=2 * PATIENCE)
        return Guard(app, Access(TOKEN), opened=opened, place=place, uploads=(), limits=limits, attempts=Attempts())

    with answering(guarded, Access(TOKEN), most=FULL, tell=told.append) as served:
        yield served


def until(fact: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.01)


class Visit:
    """One connection to a server; a context manager."""

    def __init__(self, served: Served) -> None:
        where = urlsplit(served.url)
        self._http = HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
        self._http.connect()
        self.socket: socket.socket = self._http.sock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self._http.close()

    def ask(self, path: str) -> int:
        """Return the status of the answer."""
        self.send(path)
        return self.answer()

    def send(self, path: str, **more: str) -> None:
        self._http.request("GET", path, headers={**BEARER, **more})

    def answer(self) -> int:
        answer = self._http.getresponse()
        answer.read()
        return answer.status

    @property
    def is_open(self) -> bool:
        """Return whether the server still keeps the connection open."""
        self.socket.setblocking(False)
        try:
            return self.socket.recv(1) != b""
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        finally:
            self.socket.settimeout(PATIENCE)


@pytest.fixture
def visit(full: Served) -> Iterator[Callable[[], Visit]]:
    """Return a function that connects; all connections end with the test."""
    with ExitStack() as held:
        yield lambda: held.enter_context(Visit(full))


def test_the_one_that_has_been_silent_for_longest_is_closed_first(visit: Callable[[], Visit], told: list[str]) -> None:
    visits = [visit() for _ in range(FULL - 1)]
    for one in visits:
        one.socket.sendall(b"GET")
    latest = visit()
    assert latest.ask("/go") == 200
    assert all(one.is_open for one in visits), "there is a place for each"
    assert told == []
    assert visit().ask("/go") == 200
    assert [one.is_open for one in visits] == [False] + (FULL - 2) * [True]
    assert visit().ask("/go") == 200
    assert [one.is_open for one in visits] == 2 * [False] + (FULL - 3) * [True]
    assert latest.is_open, "it was let in before: strangers go first"
    assert len(told) == 1


def test_who_is_being_answered_is_not_closed(visit: Callable[[], Visit]) -> None:
    asked = [visit() for _ in range(FULL - 1)]
    for one in asked:
        one.send("/wait")
    for _ in range(3):  # each replaces the one before
        stranger = visit()
        stranger.send("/wait", Authorization="none")
        assert stranger.answer() == 401
    assert all(one.is_open for one in asked)
    assert visit().ask("/go") == 200
    assert [one.answer() for one in asked] == (FULL - 1) * [200]


def test_where_all_are_being_answered_others_wait_for_a_place(
    visit: Callable[[], Visit], go: threading.Event, begun: list[str], told: list[str]
) -> None:
    asked = [visit() for _ in range(FULL)]
    for one in asked:
        one.send("/wait")
    until(lambda: len(begun) == FULL)
    latest = visit()
    latest.send("/go")
    until(lambda: told != [])
    assert all(one.is_open for one in [*asked, latest])
    go.set()
    assert [one.answer() for one in [*asked, latest]] == (FULL + 1) * [200]


def test_requests_that_are_not_let_in_hold_no_place(full: Served, visit: Callable[[], Visit]) -> None:
    """The server reads their bodies on, here for longer than the test waits, so that the sender gets the answer."""
    head = f"POST /go HTTP/1.1\r\nHost: {urlsplit(full.url).netloc}\r\nContent-Length: 9\r\n\r\n1"
    for _ in range(2 * FULL):
        visit().socket.sendall(head.encode())
        assert visit().ask("/go") == 200


def test_half_of_the_free_descriptors_are_kept_for_photos_and_the_catalog() -> None:
    assert connections_for(256, 40) == 108
    assert connections_for(1024, 24) == 500
    assert connections_for(1 << 20, 40) == MOST
    assert connections_for(40, 39) == FEWEST
