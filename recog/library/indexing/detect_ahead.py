"""Find and cut out the faces of decoded photos in threads, while those of earlier ones are embedded and stored."""

from collections import deque
from collections.abc import Callable, Container, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from recog.errors import PhotoError
from recog.library.probes import CutFaces
from recog.photos import KnownContent, Opened
from recog.types import DateSource, DecodedPhoto, FileStat
from recog.weights.device import cores

_MOST_THREADS = 8
_AHEAD = 12
"""Photos a thread that are taken ahead: a batch of faces is embedded meanwhile, and nobody then brings more."""
_MOST_BYTES = 256 * 1024 * 1024
"""Of pixels that wait for a thread; a larger photo waits alone."""


@dataclass(frozen=True, slots=True)
class CutPhoto:
    """A photo whose faces are cut out; its pixels are let go."""

    sha256: str
    width: int
    height: int
    taken_at: datetime | None
    faces: CutFaces
    incomplete: bool = False
    taken_from: DateSource | None = None


Found = CutPhoto | KnownContent | PhotoError


def detect_ahead(
    photos: Iterable[tuple[FileStat, Opened]],
    *,
    known: Container[str],
    cut: Callable[[DecodedPhoto], CutFaces],
    threads: int | None = None,
) -> Generator[tuple[FileStat, Found], None, None]:
    """Cut the faces out of photos, in order; `cut` is called in threads.

    Contents whose digest is in `known`, which may grow meanwhile, or that came before are not searched again: they are
    KnownContent. Close the iterator to end the threads.
    """
    count = threads or min(_MOST_THREADS, cores())
    seen: set[str] = set()
    waiting: deque[tuple[FileStat, int, Future[Found]]] = deque()
    held = 0
    pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="find")
    try:
        for stat, opened in photos:
            job: Future[Found] = Future()
            size = 0
            if not isinstance(opened, DecodedPhoto):
                job.set_result(opened)
            elif opened.sha256 in known or opened.sha256 in seen:
                job.set_result(KnownContent(opened.sha256))
            else:
                seen.add(opened.sha256)
                size = opened.pixels.nbytes
                job = pool.submit(_cut, opened, cut)
            del opened
            waiting.append((stat, size, job))
            held += size
            while len(waiting) > _AHEAD * count or (held > _MOST_BYTES and waiting):
                first, size, job = waiting.popleft()
                yield first, job.result()
                held -= size
        while waiting:
            first, _, job = waiting.popleft()
            yield first, job.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _cut(photo: DecodedPhoto, cut: Callable[[DecodedPhoto], CutFaces]) -> Found:
    height, width = photo.pixels.shape[:2]
    return CutPhoto(photo.sha256, width, height, photo.taken_at, cut(photo), photo.incomplete, photo.taken_from)
