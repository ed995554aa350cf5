"""Whatever is asked, the answer is one that the API's document names, and the server goes on."""

import json
import re
import shutil
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from recog.web.access import Access
from recog.web.app import create_app
from recog.web.bodies import Limits
from recog.web.libraries import Libraries
from tests.conforming import problems
from tests.painted import paint, painted_library
from tests.web.client import TOKEN, Client
from tests.web.conftest import PLACE
from tests.web.served import Served, serving

LONGEST_SECONDS = 30.0
"""Of one answer, on a machine that does other things too."""
QUESTIONS = 600
NUMBERS = (1, 2, 3, 4, 5, 6, 7, 0, -1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**400)
NAMES = ("Ada", "ada", "Bob", "Eve", "", " ", "\u202eAda", "red0.png", "A\x00", "\ud800", "\uffff<'\"\\", "x" * 201)
IN_PATHS = ("1", "2", "4", "5", "0", "-1", "9" * 30, "", "x", "1.0", "1e3", "..", "%", "\x00", "/", "true", "acts.js")
CONTENT_TYPES = (
    "application/json",
    "application/octet-stream",
    "image/png",
    "text/plain",
    "multipart/form-data; boundary=b",
)


@pytest.fixture(scope="module")
def asked(painted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server whose library changes from question to question."""
    directory = tmp_path_factory.mktemp("fuzzed") / "library"
    shutil.copytree(painted / "library", directory)
    with (
        Libraries(lambda: painted_library(directory)) as libraries,
        Client(create_app(libraries, access=Access(TOKEN), place=PLACE), PLACE) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def operations(asked: Client) -> dict[tuple[str, str], dict[str, Any]]:
    """Method, path and description of all that the API's document tells, schemas that it names put in their places."""
    document = asked.get("/api/openapi.json").json
    schemas = document["components"]["schemas"]
    whole = json.loads(
        re.sub(
            r'\{"\$ref": "#/components/schemas/(\w+)"\}',
            lambda name: json.dumps(schemas[name[1]]),
            json.dumps(document),
        )
    )
    return {(method.upper(), path): told for path, one in whole["paths"].items() for method, told in one.items()}


class Asker:
    """Makes questions up, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.one_of = self._random.choice

    def number(self) -> int:
        """One that something may have, or of a border."""
        return self.one_of(NUMBERS)

    def junk(self, depth: int = 0) -> Any:
        """Any JSON; NaN and infinities too, which Python writes."""
        inner = [] if depth > 2 else [list, dict]
        match self.one_of([None, True, 0, 0.5, "", *inner]):
            case type() as kind if kind is list:
                return [self.junk(depth + 1) for _ in range(self._random.randrange(4))]
            case type():
                return {self.one_of(NAMES): self.junk(depth + 1) for _ in range(self._random.randrange(4))}
            case 0:
                return self.number()
            case float():
                return self.one_of([0.5, -1e308, 1e-320, float("nan"), float("inf")])
            case str():
                return self.one_of(NAMES)
            case simple:
                return simple

    def likely(self, schema: dict[str, Any]) -> Any:
        """Such as is wanted, or one time in five anything."""
        kind = self.one_of([one.get("type") for one in schema.get("anyOf", [schema])])
        meant = {"boolean": self.one_of([True, False]), "string": self.one_of(NAMES), "integer": self.number()}
        meant["array"] = [self.number() for _ in range(self._random.randrange(4))]
        return self.junk() if self._random.random() < 0.2 else meant.get(kind)

    def address(self, path: str, told: dict[str, Any]) -> str:
        """The path with its parameters."""
        query = {}
        for one in told.get("parameters", ()):
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", quote(self.one_of(IN_PATHS), safe=""))
            elif self._random.random() < 0.7:
                query[one["name"]] = self.one_of(IN_PATHS)
        return f"{path}?{urlencode(query)}" if query else path

    def body(self, told: dict[str, Any]) -> tuple[str, bytes]:
        """Content type and bytes."""
        content = told.get("requestBody", {}).get("content", {})
        if "application/json" not in content or self._random.random() < 0.2:
            either = [self._random.randbytes(self._random.randrange(40)), json.dumps(self.junk()).encode()]
            return self.one_of(CONTENT_TYPES), self.one_of(either)
        wanted = content["application/json"]["schema"]["properties"].items()
        given = {name: self.likely(schema) for name, schema in wanted if self._random.random() < 0.8}
        return "application/json", json.dumps(given).encode()


def test_every_answer_is_one_that_is_documented(
    asked: Client, operations: dict[tuple[str, str], dict[str, Any]]
) -> None:
    asker, seen = Asker(seed=0), Counter[int]()
    for _ in range(QUESTIONS):
        method, path = asker.one_of([*operations])
        told = operations[method, path]
        address, (kind, body) = asker.address(path, told), asker.body(told)
        started = time.monotonic()
        answer = asked.send(method, address, [*asked.own, ("content-type", kind)], body)
        assert time.monotonic() - started < LONGEST_SECONDS
        which = f"{method} {address} {body!r}: {answer.status} {answer.body[:200]!r}"
        assert str(answer.status) in told["responses"], which
        if answer.header("content-type") == "application/json":
            schema = told["responses"][str(answer.status)]["content"]["application/json"]["schema"]
            assert problems(answer.json, schema) == [], which
        seen[answer.status] += 1
    assert {200, 404, 409, 415, 422} <= set(seen), seen
    assert seen[200] > QUESTIONS / 6, "some questions make sense"


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
    """One in sixty of the corpus; all of them were sent once, by hand."""
    files = sorted(path for path in (data / "hostile").rglob("*") if path.is_file())[::60]
    assert len(files) > 30
    seen = {asked.post("/api/identify", path.read_bytes()).status for path in files}
    assert {415} <= seen <= {200, 413, 415, 422}


def raw(served: Served, *parts: bytes) -> bytes:
    """What comes back for these bytes, in this order; the end of the connection is waited for."""
    host, _, port = served.url.removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has answered already, and hung up
        answer = b""
        try:
            while got := connection.recv(65536):
                answer += got
        except ConnectionResetError:
            pass
        return answer


def head(served: Served, *lines: str, method: str = "POST", path: str = "/api/undo") -> bytes:
    """The head of a request with the token, that asks for the connection's end."""
    own = [
        f"Host: {served.url.removeprefix('http://').rstrip('/')}",
        f"Authorization: Bearer {TOKEN}",
        "Connection: close",
    ]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *own, *lines, "", ""]).encode("latin-1")


@pytest.fixture
def impatient(libraries: Libraries, access: Access) -> Iterator[Served]:
    """A server that really listens, with small limits."""
    with serving(libraries, access, Limits(photo=300_000, small=100_000, seconds=1.0)) as served:
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
