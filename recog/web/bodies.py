"""Bodies of requests: read whole within limits, or thrown away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from recog.web.plain import Refused

LONGEST_LENGTH = 18
"""Digits of a Content-Length that are read: more than the length of any body has."""
UNWANTED_AS_LARGE = 4
"""A refused body is read on until it is this many times as large as it might be."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a request is read: bytes of a photo, bytes of any other body, and seconds for either.

    A refused body is read on for at most `seconds`, and until nothing comes for `pause` seconds. At most `at_once`
    photos are in memory, from their first byte to the answer; others wait unread.
    """

    photo: int = 64 << 20
    small: int = 1 << 20
    seconds: float = 30.0
    pause: float = 1.0
    at_once: int = 4


class GoneError(Exception):
    """The client hung up before the end of the body."""


async def read_whole(headers: Headers, receive: Receive, *, most: int, seconds: float) -> bytes:
    """Read the body; Refused if it has more than `most` bytes, takes longer than `seconds`, or is compressed."""
    if any(coding.strip().lower() not in {"", "identity"} for coding in headers.getlist("content-encoding")):
        raise Refused(415, "the body is compressed: send it as it is")
    if _announced(headers) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in _parts(receive):
                body += part
                if len(body) > most:
                    raise _too_large(most)
    except TimeoutError as error:
        raise Refused(408, f"the body was not there within {seconds:g} seconds") from error
    return bytes(body)


async def throw_away(headers: Headers, receive: Receive, *, most: int, seconds: float, pause: float) -> None:
    """Read a refused body on, because a program that is still sending never reads why it was refused.

    Stops if the body is far larger than `most`, pauses, or waits to be asked for.
    """
    left = UNWANTED_AS_LARGE * most
    if _announced(headers) > left or "expect" in headers:
        return
    now = asyncio.get_running_loop().time
    end = now() + seconds
    with suppress(TimeoutError, GoneError):
        async with asyncio.timeout_at(min(end, now() + pause)) as limit:
            async for part in _parts(receive):
                left -= len(part)
                if left < 0:
                    return
                limit.reschedule(min(end, now() + pause))


def replay(body: bytes, receive: Receive) -> Receive:
    """Give a route the body at once, then whatever comes after it."""
    unread = [body]

    async def next_message() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return next_message


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    """Yield the parts of the body as they come."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


def _announced(headers: Headers) -> int:
    """Return the length that the headers announce, in bytes; 0 if they announce none."""
    lengths = [length for length in headers.getlist("content-length") if length.isascii() and length.isdecimal()]
    return max((int(length[:LONGEST_LENGTH]) for length in lengths), default=0)


def _too_large(most: int) -> Refused:
    return Refused(413, f"the body is larger than {most / 1e6:.1f} MB: send a smaller one")
