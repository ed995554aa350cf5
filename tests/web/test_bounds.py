"""Limits on clients that ask a lot, ask slowly, or say nothing."""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException

import pytest
from starlette.types import Message, Receive, Scope, Send

from recog.web.access import Access
from recog.web.app import create_app
from recog.web.bodies import UNWANTED_AS_LARGE, Limits
from recog.web.connections import Connection
from recog.web.library import REPORTS_AT_ONCE, SHOWN_AT_ONCE, ServedLibrary
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE
from tests.web.holding import held
from tests.web.served import Served, serving

LIMITS = Limits(photo=8 << 20, small=2 << 20, seconds=20.0, at_once=2)
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Hasty(Connection):
    """A connection with a timeout that suits a test: a request's head must arrive soon."""

    head_seconds = 2.0


@pytest.fixture
def bounded(opened: ServedLibrary, access: Access) -> Iterator[Served]:
    with serving(opened, access, LIMITS) as served:
        yield served


@pytest.fixture
def hasty(opened: ServedLibrary, access: Access) -> Iterator[Served]:
    with serving(opened, access, LIMITS, Hasty) as served:
        yield served


@contextmanager
def connected(served: Served) -> Iterator[HTTPConnection]:
    """Connect as a program that sends a whole request before it reads the answer."""
    host, _, port = served.url.removeprefix("http://").rstrip("/").partition(":")
    connection = HTTPConnection(host, int(port), timeout=60)
    connection.connect()
    try:
        yield connection
    finally:
        connection.close()


def is_hung_up_on(connection: HTTPConnection) -> bool:
    """Return whether the server ends the connection within the 60 seconds of this test, without an answer."""
    try:
        return connection.sock.recv(1000) == b""
    except ConnectionResetError:  # what it was sent last came too late to be read
        return True


def test_who_is_silent_or_never_ends_a_head_is_hung_up_on(hasty: Served) -> None:
    """This holds before the first request and after an answer."""
    line = b"GET /api/people HTTP/1.1\r\n"
    with ExitStack() as all_of_them:
        asked = all_of_them.enter_context(connected(hasty))
        asked.request("GET", "/api/people", headers=BEARER)
        assert asked.getresponse().read()
        asked.sock.sendall(line)
        connections = [asked]
        for started in (b"", line, line + b"Host: x\r\nX-Long: ", b"G"):
            connection = all_of_them.enter_context(connected(hasty))
            connection.sock.sendall(started)
            connections.append(connection)
        assert [is_hung_up_on(connection) for connection in connections] == [True] * 5


def test_an_answer_may_take_longer_than_a_head(hasty: Served, opened: ServedLibrary) -> None:
    with connected(hasty) as connection:
        with held(opened.library.people, "all"):
            connection.request("GET", "/api/people", headers=BEARER)
            time.sleep(1.5 * Hasty.head_seconds)
        assert connection.getresponse().status == 200


@pytest.mark.parametrize(
    ("path", "size", "headers", "status"),
    [
        ("/api/identify", UNWANTED_AS_LARGE * LIMITS.photo, BEARER, 413),
        ("/api/undo", UNWANTED_AS_LARGE * LIMITS.small, BEARER, 413),
        ("/api/identify", LIMITS.photo, {}, 401),
        ("/api/identify", LIMITS.photo, {**BEARER, "Origin": "http://evil.test"}, 403),
        ("/api/identify", LIMITS.photo, {**BEARER, "Content-Encoding": "gzip"}, 415),
    ],
)
def test_a_program_that_sends_all_before_it_reads_hears_why_it_is_refused(
    bounded: Served, path: str, size: int, headers: dict[str, str], status: int
) -> None:
    for _ in range(5):  # five times, because a regression may fail only now and then
        with connected(bounded) as connection:
            connection.request("POST", path, b"0" * size, headers)
            answer = connection.getresponse()
            assert (answer.status, b'"error"' in answer.read()) == (status, True)


def test_what_is_far_too_large_is_not_read_to_its_end(bounded: Served) -> None:
    """Some megabytes may be left in the buffers of both sides."""
    sent = 0
    with connected(bounded) as connection, suppress(OSError, HTTPException):
        connection.putrequest("POST", "/api/undo")
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders()
        while sent < 1 << 30:
            connection.send(b"0" * (1 << 20))
            sent += 1 << 20
    assert sent < 100 << 20


class Counting:
    """Counts calls in progress; each waits until `go` is set."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.go = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go.wait(60)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.now -= 1


def wait(fact: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    until = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_photos_that_are_sent_take_turns_unread(opened: ServedLibrary, access: Access) -> None:
    """A photo occupies memory from its first byte until its answer."""
    guard = create_app(opened, access=access, place=PLACE, limits=LIMITS)
    reading, answered = 0, 0
    go = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard.app = app  # type: ignore[assignment]

    async def one() -> None:
        async def receive() -> Message:
            nonlocal reading
            reading += 1
            return {"type": "http.request", "body": b"0", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal answered
            answered += message["type"] == "http.response.start"

        headers = [(b"host", b"127.0.0.1:8765"), (b"authorization", f"Bearer {TOKEN}".encode())]
        await guard({"type": "http", "method": "POST", "path": "/api/identify", "headers": headers}, receive, send)

    async def many() -> None:
        asking = [asyncio.create_task(one()) for _ in range(10)]
        for _ in range(100):
            await asyncio.sleep(0)
        assert (reading, answered) == (LIMITS.at_once, 0)
        go.set()
        await asyncio.gather(*asking)
        assert (reading, answered) == (10, 10)

    asyncio.run(many())


def test_photos_that_are_shown_take_turns_and_keep_nobody_else_waiting(served: Served, opened: ServedLibrary) -> None:
    """Each occupies a decoding process; more of them than threads would block all other requests."""
    counting = Counting()
    decode = opened.decoding.open

    class Waiting:
        def open(self, path: object, *, longest: int) -> object:
            with counting:
                return decode(path, longest=longest)  # type: ignore[arg-type]

    opened.decoding = Waiting()  # type: ignore[assignment]

    def ask() -> None:
        with connected(served) as connection:
            connection.request("GET", "/photos/1.jpg", headers=BEARER)
            seen.append(connection.getresponse().status)

    seen: list[int] = []
    asking = [threading.Thread(target=ask) for _ in range(60)]
    for thread in asking:
        thread.start()
    wait(lambda: counting.now == SHOWN_AT_ONCE)
    with connected(served) as connection:
        connection.request("GET", "/api/people", headers=BEARER)
        assert connection.getresponse().status == 200
    counting.go.set()
    for thread in asking:
        thread.join(60)
    assert counting.most == SHOWN_AT_ONCE
    assert seen == [200] * 60


@pytest.mark.parametrize("path", ["/", "/duplicates", "/api/groups", "/api/duplicates"])
def test_reports_keep_nobody_waiting_who_wants_none(served: Served, opened: ServedLibrary, path: str) -> None:
    """This holds even if a page is reloaded many times while its report takes seconds."""
    with ExitStack() as all_of_them:
        connections = [all_of_them.enter_context(connected(served)) for _ in range(60)]
        with held(opened.library.reports, "people", "duplicates", "naming") as reports:
            for connection in connections:
                connection.request("GET", path, headers=BEARER)
            reports.wait()
            with connected(served) as other:
                for _ in range(20):  # long enough for the server to take up all requests before
                    other.request("GET", "/api/people", headers=BEARER)
                    answer = other.getresponse()
                    assert (answer.status, b"Ada" in answer.read()) == (200, True)
        assert {connection.getresponse().status for connection in connections} == {200}
        assert reports.most == REPORTS_AT_ONCE


@pytest.mark.parametrize("length", ["9" * 5000, "9" * 19, "٣"])
def test_a_length_that_is_none_is_no_fault(client: Client, length: str) -> None:
    given = [("host", "127.0.0.1:8765"), ("authorization", f"Bearer {TOKEN}")]
    length = length.encode().decode("latin-1")
    status = client.send("POST", "/api/undo", [*given, ("content-length", length)], b"{").status
    assert status == (413 if length[0] == "9" else 422)


def test_every_refusal_is_a_sentence_with_the_way_out(client: Client) -> None:
    for method, path in (("GET", "/nothing"), ("PUT", "/api/undo"), ("GET", "/people/x"), ("GET", "/api/identify")):
        answer = client.send(method, path, client.own)
        assert answer.status in {404, 405}
        assert re.search("/api/openapi.json tells", answer.json["error"])
    unknown = client.act("/api/confirm", name="Nobody", face_ids=[4])
    assert (unknown.status, '"new": true' in unknown.json["error"]) == (404, True)
    assert "--new" not in unknown.json["error"]
    assert "/api/people lists the 1 known names" in unknown.json["error"]
    for act, given, way_out in (
        ("/api/confirm", {"name": "Ada", "cluster": 99}, "/api/groups lists them"),
        ("/api/split", {"name": "Ada", "threshold": 4}, "choose a smaller threshold, or reject faces by their numbers"),
    ):
        refused = client.act(act, **given).json["error"]
        assert refused.endswith(f": {way_out}"), refused
