"""Decode photos in processes of their own while the networks work on earlier ones."""

from collections import deque
from collections.abc import Container, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from recog.photos import DecodePool, Opened
from recog.types import FileStat
from recog.weights.device import cores

_MOST_PROCESSES = 8


def decode_ahead(
    files: Iterable[FileStat],
    *,
    known: Container[str],
    pool: DecodePool,
    processes: int,
    longest: int | None = None,
) -> Generator[tuple[FileStat, Opened], None, None]:
    """Open files in order; known holds the digests of contents that need no decoding, and may grow meanwhile.

    processes are those of the pool. A photo whose long side exceeds `longest` may come reduced. A decoded photo may
    hold a few hundred megabytes: one more than there are processes wait at most. An iterator that is closed early
    closes the pool. At its end the pool stays open, because full pixels of a reduced photo may be needed later.
    """
    waiting: deque[tuple[FileStat, Future[Opened]]] = deque()
    threads = ThreadPoolExecutor(max_workers=processes, thread_name_prefix="decode")
    try:
        for stat in files:
            waiting.append((stat, threads.submit(pool.open, stat.path, known=known, longest=longest)))
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


def decoding_processes() -> int:
    """Half of the cores that this process may use: the networks need the others."""
    return max(1, min(_MOST_PROCESSES, cores() // 2))
