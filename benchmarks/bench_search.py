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
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from benchmarks.made_up_faces import INFO, MadeUpFaces
from benchmarks.measured import RESULTS, kept_rows, largest_size, machine, write_results
from benchmarks.search_peers import graph, raw_flat, raw_ivf
from benchmarks.search_times import Exact, K, Search, measured
from recog.config import read_settings
from recog.index.faiss_index import FaceIndex
from recog.index.shortlist import LENGTH
from recog.library.networks import Networks
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.live_index import LiveIndex
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.types import Calibration, Embeddings, FaceIds

PROBES = 1_000
CHANGES = 10_000
GRAPH_LIMIT = 100_000
THRESHOLD = 1.0
HEADER = ["faces", "what", "build, s", "p50, ms", "p99, ms", "1000 probes, s", "recall@1", "recall@10", "detail"]


class MadeUpNetworks(Networks):
    """Networks of a library of made-up faces: only a name and a threshold."""

    device = "cpu"
    info = INFO

    @cached_property
    def calibration(self) -> Calibration:
        """A threshold like that of the shipped network."""
        return Calibration(INFO.sha256, THRESHOLD, 0.001, 14.0, -18.0, "made up", 1)


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
