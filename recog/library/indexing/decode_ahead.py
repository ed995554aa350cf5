"""Decode photos in processes of their own while the networks work on earlier ones."""

from collections import deque
from collections.abc import Container, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from recog.photos import DecodePool, Opened
from recog.photos.video.formats import is_video
from recog.types import DecodedPhoto, FileStat
from recog.weights.device import cores

_MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class Moving:
    """A video or an animated picture: recog.library.indexing.videos reads its frames when its turn comes."""

    stat: FileStat


def decode_ahead(
    files: Iterable[FileStat],
    *,
    known: Container[str],
    pool: DecodePool,
    processes: int,
    longest: int | None = None,
    moving: bool = True,
) -> Generator[tuple[FileStat, Opened | Moving], None, None]:
    """Open files in order, but leave moving pictures for later; without `moving` they are their first frame.

    known holds the digests of contents that need no decoding, and may grow meanwhile.

    processes are those of the pool. A photo whose long side exceeds `longest` may come reduced. A decoded photo may
    hold a few hundred megabytes: one more than there are processes wait at most. An iterator that is closed early
    closes the pool. At its end the pool stays open, because full pixels of a reduced photo may be needed later.
    """
    waiting: deque[tuple[FileStat, Future[Opened | Moving]]] = deque()
    threads = ThreadPoolExecutor(max_workers=processes, thread_name_prefix="decode")
    try:
        for stat in files:
            waiting.append((stat, threads.submit(_open, stat, pool, known, longest, moving)))
            if len(waiting) > processes + 1:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    except BaseException:
        threads.shutdown(wait=False, cancel_futures=True)
        pool.close()  # threads that wait for a process return when it is gone
        raise
    finally:
        threads.shutdown(wait=True)


def _open(
    stat: FileStat, pool: DecodePool, known: Container[str], longest: int | None, moving: bool
) -> Opened | Moving:
    if moving and is_video(stat.path):
        return Moving(stat)
    opened = pool.open(stat.path, known=known, longest=longest)
    return Moving(stat) if moving and isinstance(opened, DecodedPhoto) and opened.moves else opened


def decoding_processes() -> int:
    """Half of the cores that this process may use: the networks need the others."""
    return max(1, min(_MOST_PROCESSES, cores() // 2))
