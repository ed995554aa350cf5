"""Answers without a route, and the headers that every answer has."""

import json
from collections.abc import Sequence

from starlette.types import Message, Send

from recog.web.entry_page import entry_page

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Everything on a page comes from this server, and no page holds a script or a style; the search form asks here."""
FORBIDDING = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"cache-control": b"no-store",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A request is refused before any route sees it: the status, and the reason in one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Forbidding:
    """Sends an answer with the headers of FORBIDDING, unless it has its own of the same name."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        """Send one message of the answer."""
        if message["type"] == "http.response.start":
            self.started = True
            own = {name.lower() for name, _ in message["headers"]}
            more = [(name, value) for name, value in FORBIDDING.items() if name not in own]
            message = {**message, "headers": [*message["headers"], *more]}
        await self._send(message)


async def refuse(send: Send, refused: Refused, *, page: bool = False) -> None:
    """Answer {"error": sentence}; if a `page` is wanted, a 401 is the page that spends the code in its address."""
    headers = [(b"connection", b"close")]  # what is left of the body is not read
    if refused.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="recog"'))
        if page:
            content, policy = entry_page()
            headers.append((b"content-security-policy", policy.encode()))
            await _answer(send, 401, "text/html; charset=utf-8", content, headers)
            return
    content = json.dumps({"error": str(refused)})
    await _answer(send, refused.status, "application/json", content, headers)


async def answer_page(
    send: Send, status: int, content: str, policy: str, *, more: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """Answer with a page that has its own Content-Security-Policy, and whose form tells where it comes from."""
    headers = [(b"content-security-policy", policy.encode()), (b"referrer-policy", b"same-origin"), *more]
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="recog"'))
    await _answer(send, status, "text/html; charset=utf-8", content, headers)


async def go_to(send: Send, path: str, *, cookie: str | None = None) -> None:
    """Lead to a path, with a cookie if one is given."""
    headers = [(b"location", path.encode())]
    if cookie is not None:
        headers.append((b"set-cookie", cookie.encode()))
    await _answer(send, 303, "text/plain; charset=utf-8", "", headers)


async def welcome(send: Send, cookie: str, first: str) -> None:
    """Answer with the cookie and the path of the first page."""
    await _answer(send, 200, "application/json", json.dumps({"first": first}), [(b"set-cookie", cookie.encode())])


async def _answer(send: Send, status: int, kind: str, content: str, headers: list[tuple[bytes, bytes]]) -> None:
    body = content.encode()
    own = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})
