"""Decode photos in processes of their own while the networks work on earlier ones."""

from collections import deque
from collections.abc import Container, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from recog.photos import DecodeLimits, DecodePool, Opened
from recog.photos.pool import WORKER
from recog.types import FileStat
from recog.weights.device import cores

_MOST_PROCESSES = 8


def decode_ahead(
    files: Iterable[FileStat],
    *,
    known: Container[str],
    limits: DecodeLimits,
    processes: int | None = None,
    worker: str = WORKER,
) -> Generator[tuple[FileStat, Opened], None, None]:
    """Open files in order; known holds the digests of contents that need no decoding, and may grow meanwhile.

    A decoded photo may hold a few hundred megabytes: one more than there are processes wait at most. Close the
    iterator to end the processes; none is started before there is a file to open.
    """
    count = processes or decoding_processes()
    waiting: deque[tuple[FileStat, Future[Opened]]] = deque()
    threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix="decode")
    pool = DecodePool(limits, worker=worker)
    try:
        for stat in files:
            waiting.append((stat, threads.submit(pool.open, stat.path, known=known)))
            if len(waiting) > count + 1:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        # In this order: the threads that wait for a process return when it is gone.
        threads.shutdown(wait=False, cancel_futures=True)
        pool.close()
        threads.shutdown(wait=True)


def decoding_processes() -> int:
    """Half of the cores that this process may use: the networks need the others."""
    return max(1, min(_MOST_PROCESSES, cores() // 2))
