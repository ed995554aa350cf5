"""A client that calls an ASGI application directly and controls every header."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from starlette.types import Message

from recog.web.guard import Guard
from recog.web.place import Place

TOKEN = "token-of-the-tests-0123456789"  # noqa: S105 - of no server
Header = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of an answer; header names are in lower case, and repeated headers are kept."""

    status: int
    headers: list[Header]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the only header of that name, None if there is none."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) <= 1, values
        return values[0] if values else None

    @property
    def json(self) -> Any:
        """The body as a JSON document."""
        return json.loads(self.body)


class Client:
    """Sends requests with the token, and with any other headers through `send`. A context manager."""

    def __init__(self, app: Guard, place: Place) -> None:
        self.app = app
        self._runner = asyncio.Runner()
        self.place = place
        self.host = place.url.removeprefix("http://").rstrip("/")
        self.own = [("host", self.host), ("authorization", f"Bearer {TOKEN}")]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def get(self, path: str) -> Answer:
        """Send a GET request."""
        return self.send("GET", path, self.own)

    def act(self, path: str, **given: object) -> Answer:
        """Send an act as JSON."""
        return self.post(path, json.dumps(given).encode(), kind="application/json")

    def post(self, path: str, body: bytes, *, kind: str = "application/octet-stream") -> Answer:
        """Send bytes by POST."""
        return self.send("POST", path, [*self.own, ("content-type", kind)], body)

    def send(self, method: str, path: str, headers: Iterable[Header], body: bytes | Iterable[bytes] = b"") -> Answer:
        """Send any request; a body given in parts arrives in these parts."""
        parts = [body] if isinstance(body, bytes) else list(body)
        return self._runner.run(self._send(method, path, list(headers), parts))

    async def _send(self, method: str, path: str, headers: list[Header], parts: list[bytes]) -> Answer:
        split = urlsplit(path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(split.path),
            "raw_path": split.path.encode(),
            "query_string": split.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            "client": ("127.0.0.1", 50000),
            "server": (self.place.host, self.place.port),
        }
        unsent = [
            {"type": "http.request", "body": part, "more_body": number < len(parts)}
            for number, part in enumerate(parts, start=1)
        ]
        told: list[Message] = []

        async def receive() -> Message:
            if unsent:
                return unsent.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            told.append(message)

        await self.app(scope, receive, send)
        start = told[0]
        decoded = [(name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]]
        return Answer(start["status"], decoded, b"".join(message.get("body", b"") for message in told[1:]))
