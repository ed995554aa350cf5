"""Times and recall of a search, as rows of benchmarks.bench_search."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from recog.types import Embeddings, FaceIds

BATCHES, LONG_SECONDS = 5, 2.0
"""Timed runs of a batch after a warm-up, and the total seconds after which fewer runs are enough."""
SINGLES = 300
K = 10
Search = Callable[[Embeddings], FaceIds]


@dataclass(frozen=True)
class Exact:
    """Probes with their exact neighbours: `nearest` (p, 10) rows of the gallery."""

    probes: Embeddings
    nearest: NDArray[np.int64]

    def recall(self, found: NDArray[np.int64], k: int) -> float:
        """Return the share of the k nearest faces that were found."""
        pairs = zip(found, self.nearest, strict=True)
        return float(np.mean([len(set(a[:k].tolist()) & set(b[:k].tolist())) / k for a, b in pairs]))


def timed(search: Callable[[Embeddings], object], probes: Embeddings) -> list[float]:
    """Return the milliseconds of each single probe, after a warm-up."""
    for row in probes[:20]:
        search(row[None])
    times = []
    for row in probes[:SINGLES]:
        start = time.perf_counter()
        search(row[None])
        times.append(1000 * (time.perf_counter() - start))
    return times


def measured(
    count: int, what: str, search: Search, exact: Exact, *, build: float | None, detail: str, one_thread: bool = True
) -> list[object]:
    """Measure a search; return one row of the table."""
    threads = faiss.omp_get_max_threads()
    if one_thread:
        faiss.omp_set_num_threads(1)
    times = timed(search, exact.probes)
    faiss.omp_set_num_threads(threads)
    batches: list[float] = []
    found = search(exact.probes)
    while len(batches) < BATCHES and sum(batches) < LONG_SECONDS:
        start = time.perf_counter()
        search(exact.probes)
        batches.append(time.perf_counter() - start)
    row = [
        count,
        what,
        "" if build is None else f"{build:.1f}",
        f"{statistics.median(times):.2f}",
        f"{np.quantile(times, 0.99):.2f}",
        f"{statistics.median(batches):.2f}",
        f"{exact.recall(found, 1):.3f}" if len(found) else "",
        f"{exact.recall(found, K):.3f}" if len(found) else "",
        detail,
    ]
    print(*row, sep="  ", flush=True)
    return row
