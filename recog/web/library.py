"""The library as the server uses it: one for all requests, with a bound for each kind of heavy work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from copy import copy
from threading import Lock
from types import TracebackType
from typing import Annotated, Self

from fastapi import Depends, Request

from recog.library.photo_library import PhotoLibrary
from recog.library.seen import seen_library
from recog.photos import DecodeLimits, DecodePool
from recog.store.account_records import Account, Role
from recog.web.index_runs import IndexRuns
from recog.web.roles import caller_of
from recog.web.watch import FolderWatch

SHOWN_AT_ONCE = 4
"""Photos of the library that are decoded at the same time: each takes a process, and much memory if it is large."""
THUMBNAILS_AT_ONCE = 2
"""Photos that are decoded for their thumbnails at the same time, beside those that are shown."""
REPORTS_AT_ONCE = 1
"""Reports that are made at the same time: each takes seconds and memory. Others wait without a thread."""


class ServedLibrary:
    """One library for all requests; a context manager, which closes it.

    Threads share the library: questions are answered while an act is written or a report is made. `act_lock` lets one
    act be written at a time, with its entry in the history, and `probe_lock` lets one uploaded photo go through the
    networks at a time. `decoding` opens photos in processes of their own; `thumbnail_turns` bounds how many thumbnails
    are made at a time. `runs` indexes folders, one run at a time; `watch` starts one when something changes in them.
    """

    def __init__(self, library: PhotoLibrary) -> None:
        self._open = ExitStack()
        self.library = self._open.enter_context(library)
        self.act_lock = Lock()
        self.probe_lock = Lock()
        self.thumbnail_turns = asyncio.Semaphore(THUMBNAILS_AT_ONCE)
        settings = library.context.settings
        limits = DecodeLimits(settings.decode_seconds, settings.decode_memory)
        self.decoding = self._open.enter_context(DecodePool(limits))
        self.runs = IndexRuns(library)
        self._open.callback(self.runs.end)
        self.watch = FolderWatch(library, self.runs)
        self._open.callback(self.watch.end)
        self._seen: dict[int, ServedLibrary] = {}
        self._seen_lock = Lock()

    def seen_by(self, account: Account | None) -> "ServedLibrary":
        """Return what an account is shown of the library; an owner and an editor see, and change, all of it.

        A viewer's part has a catalog and a gallery of its own, and shares everything else.
        """
        if account is None or account.role is not Role.VIEWER:
            return self
        with self._seen_lock:
            if account.id not in self._seen:
                seen = copy(self)
                seen.library = self._open.enter_context(seen_library(self.library, account.id))
                self._seen[account.id] = seen
            return self._seen[account.id]

    def open_catalog(self) -> None:
        """Open the catalog now, not with the first request; RecogError says why it cannot be opened.

        Thumbnails of photos that were removed while nothing was served are deleted. A library that does not exist yet
        is made by the first index run.
        """
        if self.library.context.exists():
            self.library.context.catalog  # noqa: B018 - opens it
            self.library.photos.tidy_thumbnails()
        if self.library.context.settings.watch:
            self.watch.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


async def _served(request: Request) -> ServedLibrary:
    served: ServedLibrary = request.app.state.library
    return served.seen_by(caller_of(request).account)


async def _whole(request: Request) -> ServedLibrary:
    served: ServedLibrary = request.app.state.library
    return served


Whole = Annotated[ServedLibrary, Depends(_whole)]
"""What a route about the caller's own account takes: the whole library, whatever the caller is shown of it."""
Opened = Annotated[ServedLibrary, Depends(_served)]
"""What a route takes to ask the library."""


async def _in_turn(opened: Opened) -> AsyncIterator[ServedLibrary]:
    """Hold a place until the route has its answer; a client may take longer to read it."""
    yield opened


Reporting = Annotated[ServedLibrary, Depends(_in_turn, scope="function", max_concurrency=REPORTS_AT_ONCE)]
"""What a route takes to have a report made; until its turn comes, it holds no thread."""
Showing = Annotated[ServedLibrary, Depends(_in_turn, scope="function", max_concurrency=SHOWN_AT_ONCE)]
"""What a route takes to decode a photo of the library; until its turn comes, it holds no thread."""
