"""Malicious bytes that schemathesis (test_conformance.py) does not send, because they are not valid HTTP or JSON."""

import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.web.access import Access
from recog.web.app import create_app
from recog.web.bodies import Limits
from recog.web.library import ServedLibrary
from tests.painted import paint, painted_library
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE
from tests.web.served import Served, serving

LONGEST_SECONDS = 30.0
"""Time limit of one answer in seconds, on a busy machine."""


@pytest.fixture(scope="module")
def asked(painted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Run a server whose library changes from request to request."""
    directory = tmp_path_factory.mktemp("fuzzed") / "library"
    shutil.copytree(painted / "library", directory)
    with (
        ServedLibrary(painted_library(directory)) as opened,
        Client(create_app(opened, access=Access(TOKEN), place=PLACE), PLACE) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"name":' * 100_000,
        b'{"name": "Ada", "face_ids": [NaN]}',
        b'{"name": "Ada", "face_ids": [Infinity]}',
        b'{"name": "Ada", "face_ids": [1e999]}',
        b'{"name": "Ada", "face_ids": [%s]}' % (b"9" * 5000),
        b'{"name": "Ada\\u0000", "face_ids": [1]}',
        b'{"name": "\\ud800", "face_ids": [1]}',
        b'{"name": "Ada", "name": 1, "face_ids": [1]}',
        b"\xff\xfe",
        b"\x00" * 1000,
        b"null",
        b'"' + b"a" * 900_000 + b'"',
    ],
)
def test_json_that_is_made_to_hurt_is_refused(asked: Client, body: bytes) -> None:
    for path in ("/api/confirm", "/api/rename", "/api/undo"):
        answer = asked.post(path, body, kind="application/json")
        assert answer.status in {400, 404, 409, 422}, answer.body[:200]
        assert set(answer.json) == {"error"}
        assert len(answer.body) < 1000


@pytest.mark.data
def test_hostile_photos_are_answered_with_a_sentence(asked: Client, data: Path) -> None:
    """Every sixtieth file of the corpus is sent; all of them were sent once by hand."""
    files = sorted(path for path in (data / "hostile").rglob("*") if path.is_file())[::60]
    assert len(files) > 30
    seen = {asked.post("/api/identify", path.read_bytes()).status for path in files}
    assert {415} <= seen <= {200, 413, 415, 422}


def raw(served: Served, *parts: bytes) -> bytes:
    """Send bytes in parts and return everything that comes back until the connection ends."""
    host, _, port = served.url.removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has answered and closed the connection
        answer = b""
        try:
            while got := connection.recv(65536):
                answer += got
        except ConnectionResetError:
            pass
        return answer


def head(served: Served, *lines: str, method: str = "POST", path: str = "/api/undo") -> bytes:
    """Return the head of a request with the token and `Connection: close`."""
    own = [
        f"Host: {served.url.removeprefix('http://').rstrip('/')}",
        f"Authorization: Bearer {TOKEN}",
        "Connection: close",
    ]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *own, *lines, "", ""]).encode("latin-1")


@pytest.fixture
def impatient(opened: ServedLibrary, access: Access) -> Iterator[Served]:
    """Run a listening server with small limits."""
    with serving(opened, access, Limits(photo=300_000, small=100_000, seconds=2.0)) as served:
        yield served


def test_bytes_that_are_made_to_hurt_are_answered_and_the_server_goes_on(impatient: Served) -> None:
    chunk = b"2710\r\n" + b"0" * 10_000 + b"\r\n"
    multipart = b"".join(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(1_500))
    parts = head(impatient, "Content-Type: multipart/form-data; boundary=b", f"Content-Length: {len(multipart)}")
    cases: dict[str, tuple[tuple[bytes, ...], set[int]]] = {
        "announced too large": ((head(impatient, "Content-Length: 200000"), b"0" * 200_000), {413}),
        "chunks without end": ((head(impatient, "Transfer-Encoding: chunked"), *[chunk] * 100), {413}),
        "a body that stops": ((head(impatient, "Content-Length: 10"), b"0"), {408}),
        "chunks that stop": ((head(impatient, "Transfer-Encoding: chunked"), chunk), {408}),
        "many parts": ((parts, multipart), {400, 415, 422}),
        "gzip": ((head(impatient, "Content-Encoding: gzip", "Content-Length: 2"), b"\x1f\x8b"), {415}),
        "a long header": ((head(impatient, f"X-Long: {'a' * 70_000}", method="GET"),), {400, 405, 431}),
        "many headers": (
            (head(impatient, *[f"X-{number}: a" for number in range(9_000)], method="GET"),),
            {400, 405, 431},
        ),
        "a long path": ((head(impatient, method="GET", path="/" + "a" * 60_000),), {404}),
        "NUL in the path": ((head(impatient, method="GET", path="/assets/%00"),), {404}),
        "no HTTP": ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",), {400}),
        "two lengths": ((head(impatient, "Content-Length: 1", "Content-Length: 2"), b"00"), {400}),
        "a negative length": ((head(impatient, "Content-Length: -1"),), {400}),
        "length and chunks": (
            (head(impatient, "Content-Length: 4", "Transfer-Encoding: chunked"), b"0\r\n\r\n"),
            {400, 422},
        ),
        "two hosts": ((head(impatient, "Host: evil.test", method="GET"),), {400, 421}),
    }
    for name, (sent, expected) in cases.items():
        started = time.monotonic()
        answer = raw(impatient, *sent)
        assert time.monotonic() - started < LONGEST_SECONDS, name
        status = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
        assert status is not None, (name, answer[:100])
        assert int(status[1]) in expected, (name, answer[:300])
    assert b'"Ada"' in raw(impatient, head(impatient, method="GET", path="/api/people"))


def test_many_who_say_nothing_keep_nobody_from_an_answer(impatient: Served, tmp_path: Path) -> None:
    host, _, port = impatient.url.removeprefix("http://").rstrip("/").partition(":")
    silent = [socket.create_connection((host, int(port)), timeout=60) for _ in range(100)]
    try:
        photo = paint(tmp_path / "one.png", None).read_bytes()
        asking = head(impatient, f"Content-Length: {len(photo)}", path="/api/identify")
        assert b"422" in raw(impatient, asking, photo)[:20]
    finally:
        for connection in silent:
            connection.close()
