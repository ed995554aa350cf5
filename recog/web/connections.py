"""Connections that end if no request arrives in time."""

import asyncio
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from recog.web.guard import ADMITTED
from recog.web.plain import FORBIDDING

NO_HTTP = "this is no HTTP/1.1 request that can be read: its head or its body is malformed, or its head is too long"


class Connection(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with a time limit for the head of a request, which uvicorn does not have.

    A client that opens connections and is silent, or sends a head byte by byte, cannot hold them for long. Bodies have
    the limit of recog.web.guard.
    """

    head_seconds = 20.0
    """Seconds from the connection, or from the previous answer, to the end of the next head."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._late: asyncio.TimerHandle | None = None
        self._since = self.loop.time()

    @property
    def is_silent(self) -> bool:
        """Whether no admitted request is being answered, so that the connection may be closed for another one."""
        return not self.transport.is_closing() and not (self._is_known and self._answers)

    @property
    def _is_known(self) -> bool:
        """Whether the latest request was admitted."""
        return self.scope is not None and ADMITTED in self.scope  # type: ignore[redundant-expr]

    @property
    def _answers(self) -> bool:
        """Whether a request is being answered; there is none before the first, whatever uvicorn's types say."""
        return self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr]

    def last_to_close(self) -> tuple[bool, float]:
        """Sort silent connections by this: strangers first, then by when the silence began."""
        return self._is_known, self._since

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait_for_a_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._wait_no_more()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next head."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._wait_for_a_head()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the name is uvicorn's
        """Answer what is not HTTP in the form of every failure."""
        if self._answers:
            self.cycle.disconnected = True  # the rest of the body cannot be read, so nobody waits for its answer
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.write(self._as_http(NO_HTTP))
        self.transport.close()

    def _as_http(self, sentence: str) -> bytes:
        content = json.dumps({"error": sentence}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"connection", b"close"),
            *FORBIDDING.items(),
        ]
        events = (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=content),
            h11.EndOfMessage(),
        )
        return b"".join(self.conn.send(event) or b"" for event in events)

    def _wait_for_a_head(self) -> None:
        self._wait_no_more()
        self._since = self.loop.time()
        self._late = self.loop.call_later(self.head_seconds, self._hang_up)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()

    def _hang_up(self) -> None:
        if not self._answers:
            self.transport.close()
