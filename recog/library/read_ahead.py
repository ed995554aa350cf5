"""Decode photos in a thread while the networks work on earlier ones."""

from collections import deque
from collections.abc import Container, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from recog.errors import PhotoError
from recog.photos import decode_photo, read_source
from recog.types import DecodedPhoto, FileStat

PHOTOS_AHEAD = 2
"""A decoded photo may hold a few hundred megabytes: so many wait at most."""


@dataclass(frozen=True, slots=True)
class KnownContent:
    """A file whose bytes are those of a photo that is known: not decoded."""

    sha256: str


Opened = DecodedPhoto | KnownContent | PhotoError


def read_ahead(files: Iterable[FileStat], *, known: Container[str]) -> Iterator[tuple[FileStat, Opened]]:
    """Open files in order; known holds the digests of contents that need no decoding, and may grow meanwhile."""
    waiting: deque[tuple[FileStat, Future[Opened]]] = deque()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode") as pool:
        try:
            for stat in files:
                waiting.append((stat, pool.submit(_open, stat, known)))
                if len(waiting) > PHOTOS_AHEAD:
                    first, future = waiting.popleft()
                    yield first, future.result()
            for first, future in waiting:
                yield first, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _open(stat: FileStat, known: Container[str]) -> Opened:
    try:
        source = read_source(stat.path)
        if source.sha256 in known:
            return KnownContent(source.sha256)
        return decode_photo(source)
    except PhotoError as error:
        return error
