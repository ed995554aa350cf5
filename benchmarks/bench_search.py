"""Compare search and identification among up to a million made-up faces with raw FAISS and usearch.

    python -m benchmarks.bench_search            # 10,000, 100,000 and 1,000,000 faces
    python -m benchmarks.bench_search --quick    # 10,000 and 100,000

Writes benchmarks/results/search.csv and search.svg; sizes that are not measured keep their rows. The faces are those of
benchmarks/made_up_faces.py, all confirmed. Recall is for the nearest and the 10 nearest faces, against exact search in
the same run. Single probes run on one thread, batches of 1,000 on all. "recog identify" goes from a probe's embedding
to the person or unknown: version check, index, people of the neighbours, decision, the person's row. "the same
structure" is FAISS' own IndexRefine over recog's trained lists. Building reads the embeddings from the SQLite catalog,
in a separate process whose peak memory is reported; raw FAISS and usearch build from memory. usearch is left out above
100,000 faces, because its graph takes too long to build, and if it is not installed (extra `bench`).
"""

import argparse
import importlib.util
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.made_up_faces import INFO, MadeUpFaces
from benchmarks.measured import RESULTS, kept_rows, largest_size, machine, write_results
from recog.config import read_settings
from recog.index.faiss_index import FaceIndex
from recog.index.shortlist import LENGTH, RECALL_AT_1, RECALL_AT_10
from recog.library.networks import Networks
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.live_index import LiveIndex
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.types import Calibration, Embeddings, FaceIds

PROBES = 1_000
BATCHES, LONG_SECONDS = 5, 2.0
"""Timed runs of a batch after a warm-up, and the total seconds after which fewer runs are enough."""
SINGLES = 300
CHANGES = 10_000
K = 10
GRAPH_LIMIT = 100_000
THRESHOLD = 1.0
HEADER = ["faces", "what", "build, s", "p50, ms", "p99, ms", "1000 probes, s", "recall@1", "recall@10", "detail"]

Search = Callable[[Embeddings], FaceIds]


class MadeUpNetworks(Networks):
    """Networks of a library of made-up faces: only a name and a threshold."""

    device = "cpu"
    info = INFO

    @cached_property
    def calibration(self) -> Calibration:
        """A threshold like that of the shipped network."""
        return Calibration(INFO.sha256, THRESHOLD, 0.001, 14.0, -18.0, "made up", 1)


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


def build_from_catalog(path: Path, pipe: Any) -> None:
    """Build and publish the index in a separate process; send the seconds of both and the peak memory in MB."""
    with open_catalog(f"sqlite:///{path}", create=False) as catalog:
        fresh = LiveIndex(catalog, path.parent / "index", INFO, device="cpu")
        start = time.perf_counter()
        fresh.current()
        built = time.perf_counter()
        fresh.publish()
        peak = largest_size() // 1024
        pipe.send((built - start, time.perf_counter() - built, peak))


def ours(count: int, faces: MadeUpFaces, exact: Exact, folder: Path) -> Iterator[list[object]]:
    """Measure recog: index, identification, adding and removing."""
    with faces.catalog(folder / "catalog.sqlite3") as catalog:
        here, there = multiprocessing.get_context("spawn").Pipe()
        child = multiprocessing.get_context("spawn").Process(
            target=build_from_catalog, args=(folder / "catalog.sqlite3", there)
        )
        child.start()
        build, publish, peak = here.recv()
        child.join()
        fresh = LiveIndex(catalog, folder / "index", INFO, device="cpu")
        start = time.perf_counter()
        index = fresh.current()
        load = time.perf_counter() - start
        detail = f"{index.kind}, nlist {index.nlist}, nprobe {index.nprobe}; from the database, peak {peak} MB; "
        detail += f"publish {publish:.1f} s, load {load:.1f} s"
        yield measured(
            count,
            "recog index",
            lambda p: _rows_of(index, p),
            exact,
            build=build,
            detail=detail,
            one_thread=False,
        )
        yield measured(
            count,
            "recog identify",
            _identify(catalog, fresh, exact),
            exact,
            build=None,
            detail="recall not measured",
            one_thread=False,
        )
        yield from _same_structure(count, index, faces, exact)
        yield _changes(count, index, faces)


def _rows_of(index: FaceIndex, probes: Embeddings) -> FaceIds:
    return np.array([[near.face_id - 1 for near in row] for row in index.search(probes, K)])


def _identify(catalog: Catalog, fresh: LiveIndex, exact: Exact) -> Search:
    """Return a search by identification, which answers with people instead of neighbours."""
    gallery = PersonGallery(catalog, MadeUpNetworks(read_settings()), fresh, k=K)

    def search(probes: Embeddings) -> FaceIds:
        gallery.named(probes)
        return exact.nearest[:0]

    return search


def _same_structure(count: int, index: FaceIndex, faces: MadeUpFaces, exact: Exact) -> Iterator[list[object]]:
    shortlist = index._shortlist  # noqa: SLF001 - the same lists, for a fair comparison
    if shortlist is None:
        return
    flat = faiss.IndexFlatL2(faces.embeddings.shape[1])
    flat.add(faces.embeddings)
    refined = faiss.IndexRefine(shortlist._index, flat)  # noqa: SLF001 - likewise
    refined.k_factor = LENGTH / K
    what = "raw FAISS, the same structure"
    yield measured(count, what, lambda p: refined.search(p, K)[1], exact, build=None, detail="IndexRefine")


def _changes(count: int, index: FaceIndex, faces: MadeUpFaces) -> list[object]:
    """Return the seconds until 10,000 added faces are found, and until removed faces are no longer found."""
    more = faces.probes(CHANGES)
    ids = np.arange(count + 1, count + 1 + CHANGES)
    start = time.perf_counter()
    index.add(ids, more)
    found = {row[0].face_id for row in index.search(more[:100], 1)}
    added = time.perf_counter() - start
    start = time.perf_counter()
    index.remove(ids)
    left = {near.face_id for row in index.search(more[:100], K) for near in row}
    removed = time.perf_counter() - start
    detail = f"{CHANGES} added and found in {added:.2f} s ({len(found & set(ids.tolist()))} of 100 asked for), "
    detail += f"removed in {removed:.2f} s ({len(left & set(ids.tolist()))} still found)"
    print(count, detail, flush=True)
    return [count, "recog changes", "", "", "", "", "", "", detail]


def raw_flat(count: int, faces: MadeUpFaces, exact: Exact) -> list[object]:
    start = time.perf_counter()
    flat = faiss.IndexFlatL2(faces.embeddings.shape[1])
    flat.add(faces.embeddings)
    build = time.perf_counter() - start
    return measured(
        count, "raw FAISS, flat", lambda p: flat.search(p, K)[1], exact, build=build, detail="float32, exact"
    )


def raw_ivf(count: int, faces: MadeUpFaces, exact: Exact) -> list[object]:
    """Measure float32 inverted lists with the smallest nprobe that reaches the recall that recog promises."""
    nlist = round(2 * count**0.5)
    start = time.perf_counter()
    ivf = faiss.IndexIVFFlat(faiss.IndexFlatL2(faces.embeddings.shape[1]), faces.embeddings.shape[1], nlist)
    ivf.cp.niter, ivf.cp.max_points_per_centroid, ivf.cp.min_points_per_centroid = 8, 32, 1
    ivf.train(faces.embeddings[np.random.default_rng(1).choice(count, min(count, 32 * nlist), replace=False)])
    ivf.add(faces.embeddings)
    build = time.perf_counter() - start
    for share in (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 1.0):
        ivf.nprobe = max(1, round(share * nlist))
        found = ivf.search(exact.probes[:SINGLES], K)[1]
        some = Exact(exact.probes[:SINGLES], exact.nearest[:SINGLES])
        if some.recall(found, 1) >= RECALL_AT_1 and some.recall(found, K) >= RECALL_AT_10:
            break
    detail = f"IVFFlat, nlist {nlist}, nprobe {ivf.nprobe}"
    return measured(count, "raw FAISS, IVF", lambda p: ivf.search(p, K)[1], exact, build=build, detail=detail)


def graph(count: int, faces: MadeUpFaces, exact: Exact) -> list[object]:
    """Measure usearch's graph (HNSW) with the smallest expansion that reaches this recall."""
    from usearch.index import Index

    start = time.perf_counter()
    index = Index(ndim=faces.embeddings.shape[1], metric="l2sq", dtype="f32", connectivity=16, expansion_add=100)
    index.add(np.arange(count), faces.embeddings)
    build = time.perf_counter() - start

    def search(probes: Embeddings) -> FaceIds:
        keys = np.asarray(index.search(probes if len(probes) > 1 else probes[0], K).keys).astype(np.int64)
        return keys.reshape(len(probes), -1)

    for expansion in (32, 64, 128, 256, 512, 1024):
        index._compiled.expansion_search = expansion  # noqa: SLF001 - the documented way is read-only
        found = search(exact.probes)
        if exact.recall(found, 1) >= RECALL_AT_1 and exact.recall(found, K) >= RECALL_AT_10:
            break
    detail = f"HNSW, float32, expansion {index.expansion_search}"
    return measured(count, "usearch", search, exact, build=build, detail=detail)


def measure(count: int) -> Iterator[list[object]]:
    """Measure all rows of one size."""
    faces = MadeUpFaces(count)
    probes = faces.probes(PROBES)
    exact = Exact(probes, faiss.knn(probes, faces.embeddings, K)[1])
    with tempfile.TemporaryDirectory() as folder:
        yield from ours(count, faces, exact, Path(folder))
    yield raw_flat(count, faces, exact)
    yield raw_ivf(count, faces, exact)
    if importlib.util.find_spec("usearch") is None:
        print("usearch is not installed (pip install 'recog[bench]'): left out", flush=True)
    elif count <= GRAPH_LIMIT:
        yield graph(count, faces, exact)


def plot(rows: Sequence[Sequence[object]], path: Path) -> None:
    """Plot the median time of a probe against the number of faces."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "recog"
    figure, axes = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    for what in dict.fromkeys(str(row[1]) for row in rows if row[3] != ""):
        points = [(int(str(row[0])), float(str(row[3]))) for row in rows if row[1] == what]
        axes.plot(*zip(*points, strict=True), marker="o", label=what)
    axes.set(xscale="log", yscale="log", xlabel="faces", ylabel="one probe, median ms")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--quick", action="store_true", help="10,000 and 100,000 faces")
    parser.add_argument("--threads", type=int, default=faiss.omp_get_max_threads())
    options = parser.parse_args()
    faiss.omp_set_num_threads(options.threads)
    sizes = [10_000, 100_000] if options.quick else options.faces
    rows = [row for count in sizes for row in measure(count)]
    earlier = kept_rows("search.csv", 1, {(str(count),) for count in sizes})
    everything: list[Sequence[object]] = sorted([*earlier, *rows], key=lambda row: int(str(row[0])))
    write_results("search.csv", machine(threads=options.threads, faiss=faiss.__version__, seed=0), HEADER, everything)
    plot(everything, RESULTS / "search.svg")


if __name__ == "__main__":
    main()
