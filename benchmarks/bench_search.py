"""Time and recall of recog's index beside raw FAISS, on made-up people.

    python -m benchmarks.bench_search --faces 100000 1000000 --threads 1

Writes benchmarks/results/search.csv. People have 5 to 50 photos each; squared distances have their median near 0.75
within a person and near 2 between people. Probes are new photos of people in the index. The answer asked for is the 10
nearest; recall is against exact search in the same run: of the nearest, and of the 10 nearest.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.measured import machine, write_results
from recog.distance import unit_rows
from recog.index.faiss_index import FaceIndex
from recog.types import Embeddings

DIM = 128
SEED = 0
SPREAD = 0.775
"""Length of a photo's deviation from its person, the person having length 1: 2 - 2 / (1 + 0.775^2) = 0.75."""
PROBES = 1000
SINGLES = 300
K = 10


def made_up(count: int, random: np.random.Generator) -> tuple[Embeddings, Embeddings]:
    """(count, 128) gallery and (PROBES, 128) probes."""
    people = unit_rows(random.standard_normal((count // 27 + 1, DIM)).astype(np.float32))
    owners = np.repeat(np.arange(len(people)), random.integers(5, 51, len(people)))
    owners = np.resize(owners, count)

    def photos(of: NDArray[np.int64]) -> Embeddings:
        noise = random.standard_normal((len(of), DIM), dtype=np.float32) * np.float32(SPREAD / DIM**0.5)
        return unit_rows(people[of] + noise)

    return photos(owners), photos(random.choice(owners, PROBES))


def recall(found: NDArray[np.int64], exact: NDArray[np.int64], k: int) -> float:
    """Share of the k nearest that were found."""
    return float(np.mean([len(set(a[:k]) & set(b[:k])) / k for a, b in zip(found, exact, strict=True)]))


def timed(search: Callable[[Embeddings], object], probes: Embeddings) -> list[float]:
    """Milliseconds of each probe alone, after a warm-up."""
    for row in probes[:20]:
        search(row[None])
    times = []
    for row in probes[:SINGLES]:
        start = time.perf_counter()
        search(row[None])
        times.append(1000 * (time.perf_counter() - start))
    return times


def measure(count: int) -> list[list[object]]:
    """Rows of recog's index, the raw FAISS index under it, and exact FAISS."""
    gallery, probes = made_up(count, np.random.default_rng(SEED))
    start = time.perf_counter()
    index = FaceIndex.build([(np.arange(count), gallery)], network_sha256="0" * 64, dim=DIM, device="cpu")
    build = time.perf_counter() - start
    start = time.perf_counter()
    flat = faiss.IndexFlatL2(DIM)
    flat.add(gallery)
    build_flat = time.perf_counter() - start
    exact = flat.search(probes, K)[1]
    shape = f"{index.kind}, nlist {index.nlist}, nprobe {index.nprobe}"
    ours = np.array([[near.face_id for near in row] for row in index.search(probes, K)])
    searches: list[tuple[str, Callable[[Embeddings], object], NDArray[np.int64], float]] = [
        (
            f"recog ({shape})",
            lambda p: index.search(p, K),
            ours,
            build,
        ),
        ("raw FAISS, exact", lambda p: flat.search(p, K), exact, build_flat),
    ]
    rows: list[list[object]] = []
    for name, search, found, seconds in searches:
        times = timed(search, probes)
        start = time.perf_counter()
        search(probes)
        batch = time.perf_counter() - start
        rows.append(
            [
                count,
                name,
                f"{seconds:.1f}",
                f"{statistics.median(times):.2f}",
                f"{np.quantile(times, 0.99):.2f}",
                f"{batch:.2f}",
                f"{recall(found, exact, 1):.3f}",
                f"{recall(found, exact, K):.3f}",
            ]
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--threads", type=int, default=faiss.omp_get_max_threads())
    options = parser.parse_args()
    faiss.omp_set_num_threads(options.threads)
    rows = [row for count in options.faces for row in measure(count)]
    header = ["faces", "index", "build, s", "p50, ms", "p99, ms", "1000 probes, s", "recall@1", "recall@10"]
    write_results("search.csv", machine(threads=options.threads, faiss=faiss.__version__, seed=SEED), header, rows)


if __name__ == "__main__":
    main()
