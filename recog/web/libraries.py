"""The library as the server uses it: one open catalog, and one line of waiting for each kind of request."""

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
    """The library as each kind of request uses it; a context manager.

    Threads that share a PhotoLibrary take turns, so each kind of request has its own: `asking` for questions that take
    milliseconds, `surveying` for reports that take seconds, `probing` for uploaded photos (its networks load with the
    first), `acting` for all writing. They share the connections to the catalog: readers beside one writer. `decoding`
    opens photos in processes of their own.
    """

    def __init__(self, open_library: Callable[[], PhotoLibrary]) -> None:
        self._open = ExitStack()
        self.asking = self._open.enter_context(open_library())
        self.surveying = self._open.enter_context(open_library())
        self.probing = self._open.enter_context(open_library())
        self.acting = self._open.enter_context(open_library())
        self.act_lock = Lock()
        settings = self.asking.context.settings
        limits = DecodeLimits(settings.decode_seconds, settings.decode_memory)
        self.decoding = self._open.enter_context(DecodePool(limits))

    def open_catalog(self) -> None:
        """Open the catalog now, not with the first request; RecogError says why it cannot be opened."""
        for library in (self.asking, self.surveying, self.probing, self.acting):
            library.context.catalog  # noqa: B018 - opens it

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
