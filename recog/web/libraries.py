"""One library, opened several times, so that no question waits for another kind of question."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from threading import Lock
from types import TracebackType
from typing import Annotated, Self

from fastapi import Depends, Request

from recog.library.photo_library import PhotoLibrary
from recog.photos import DecodeLimits, DecodePool

SHOWN_AT_ONCE = 4
"""Photos of the library that are decoded in the same moment: each takes a process, and much memory if it is large."""
SURVEYED_AT_ONCE = 2
"""Reports that hold a thread: one is made, one may begin. Pages that are loaded again and again take no more."""


class Libraries:
    """The library as its kinds of requests see it; a context manager.

    Threads that share a PhotoLibrary take turns, so each kind has its own: `asking` for what takes milliseconds,
    `surveying` for reports that take seconds, `probing` for photos that are sent, whose networks load with the first,
    `acting` for all that writes. decoding opens photos in processes of their own.
    """

    def __init__(self, open_library: Callable[[], PhotoLibrary]) -> None:
        self._open = ExitStack()
        self.asking = self._open.enter_context(open_library())
        self.surveying = self._open.enter_context(open_library())
        self.probing = self._open.enter_context(open_library())
        self.acting = self._open.enter_context(open_library())
        self.act_lock = Lock()
        settings = self.asking.settings
        limits = DecodeLimits(settings.decode_seconds, settings.decode_memory)
        self.decoding = self._open.enter_context(DecodePool(limits))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


async def _libraries(request: Request) -> Libraries:
    libraries: Libraries = request.app.state.libraries
    return libraries


Opened = Annotated[Libraries, Depends(_libraries)]
"""What a route takes to ask the library."""


async def _in_turn(opened: Opened) -> AsyncIterator[Libraries]:
    """Held until the route has its answer, and not until a client has read it."""
    yield opened


Surveying = Annotated[Libraries, Depends(_in_turn, scope="function", max_concurrency=SURVEYED_AT_ONCE)]
"""What a route takes to have a report made: before its turn no thread waits."""
Showing = Annotated[Libraries, Depends(_in_turn, scope="function", max_concurrency=SHOWN_AT_ONCE)]
"""What a route takes to decode a photo of the library, in its turn."""
