"""Measure the clustering of more faces than fit into memory: peak memory, room on the disk, time, and agreement.

    python -m benchmarks.measure_clusters_on_disk --faces 100000 300000 --pieces 20000
    python -m benchmarks.measure_clusters_on_disk --people ../shared/data/lfw_view1/images

Made-up faces are those of benchmarks.bench_cluster. Each size runs in a process of its own, which maps the embeddings
from a file. Pieces of 20,000 nodes are a tenth of those of a library, and are cut as often in a tenth of its
faces. `anonymous MB` is the memory that the process asked for, at its peak: the system cannot take it back.
`peak MB` adds the pages of mapped files that happened to be in memory. The last row extends the line through the two
largest sizes to ten million faces. `agreement` is the pairwise F between these clusters and those made in memory, up
to --compare faces. With --people, real faces are grouped in pieces of 100 and of 1,000 nodes.
"""

import argparse
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.made_up_people import SEED, made_up
from benchmarks.measured import largest_size, machine, write_results
from recog.cluster.likelihood import Linkage, linkage_of
from recog.cluster.linkage import identity_clusters
from recog.cluster.on_disk import MOST_NODES, identity_clusters_on_disk
from recog.config import read_settings
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import labelled_photos
from recog.evaluate.clusters import f_scores
from recog.library.networks import Networks
from recog.weights.device import cores

Labels: TypeAlias = NDArray[np.int64]
HEADER = (
    "data", "faces", "pieces of", "people", "B-cubed F", "agreement", "seconds", "anonymous MB", "peak MB", "disk GB",
)  # fmt: skip
TEN_MILLION = 10_000_000
WATCHED_EVERY = 0.05


def anonymous() -> int:
    """Return the memory that belongs to this process alone, in kilobytes."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def unnamed_bytes() -> int:
    """Return the bytes of the files without a name that this process has open or mapped."""
    mapped = [line.split() for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()]
    spans = [line[0].split("-") for line in mapped if line[-1] == "(deleted)"]
    total = sum(int(end, 16) - int(start, 16) for start, end in spans)
    for one in Path("/proc/self/fd").iterdir():
        try:
            if str(one.readlink()).endswith("(deleted)"):
                total += one.stat().st_size
        except OSError:  # closed meanwhile
            continue
    return total


class Watch:
    """The largest values that were seen while a block ran."""

    def __init__(self) -> None:
        self.anonymous = 0
        self.disk = 0
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(WATCHED_EVERY):
            self.anonymous = max(self.anonymous, anonymous())
            self.disk = max(self.disk, unnamed_bytes())


def grouped(folder: Path, linkage: Linkage, most: int, answers: Connection) -> None:
    """Group the faces of a folder's file in this process; send labels, seconds, anonymous, peak and disk bytes."""
    rows = np.load(folder / "rows.npy", mmap_mode="r")
    start = time.perf_counter()
    with Watch() as watch:
        labels = identity_clusters_on_disk(rows, linkage, folder=folder, most=most)
    answers.send((labels, time.perf_counter() - start, watch.anonymous << 10, largest_size() << 10, watch.disk))


def measured(
    name: str, make: Callable[[], tuple[NDArray[np.float32], Labels]], linkage: Linkage, most: int, *, compare: int
) -> list[object]:
    """Measure one set of faces in a new process."""
    with tempfile.TemporaryDirectory(prefix="recog-clusters-", dir=Path.cwd()) as home:
        embeddings, owners = make()
        np.save(Path(home) / "rows.npy", embeddings)
        expected = identity_clusters(embeddings, linkage) if len(owners) <= compare else None
        del embeddings
        context = multiprocessing.get_context("spawn")
        receiving, sending = context.Pipe(duplex=False)
        process = context.Process(target=grouped, args=(Path(home), linkage, most, sending))
        process.start()
        labels, seconds, own, peak, disk = receiving.recv()
        process.join()
    _, b_cubed = f_scores(owners, alone_apart(labels))
    agreement = "" if expected is None else f"{f_scores(alone_apart(expected), alone_apart(labels))[0]:.4f}"
    row: list[object] = [
        name, len(owners), most, len(np.unique(owners)), f"{b_cubed:.4f}", agreement, f"{seconds:.0f}",
        round(own / 1e6), round(peak / 1e6), f"{disk / 1e9:.2f}",
    ]  # fmt: skip
    print(*row, flush=True)
    return row


def alone_apart(labels: Labels) -> Labels:
    """Give each face in no cluster a label of its own."""
    return np.where(labels < 0, labels.max(initial=-1) + 1 + np.arange(len(labels)), labels)


def extended(rows: Sequence[Sequence[object]]) -> list[object]:
    """Extend the line through the two largest sizes to ten million faces."""
    (few, *_), (many, *_) = less, more = [[float(str(row[place])) for place in (1, 7, 9)] for row in rows[-2:]]
    own, disk = (less[place] + (more[place] - less[place]) / (many - few) * (TEN_MILLION - few) for place in (1, 2))
    return ["extended", TEN_MILLION, rows[-1][2], "", "", "", "", round(own), "", f"{disk:.1f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=int, nargs="+", default=[], help="numbers of made-up faces")
    parser.add_argument("--people", type=Path, help="a folder with a folder per person")
    parser.add_argument("--pieces", type=int, default=MOST_NODES, help="most nodes that are clustered at once")
    parser.add_argument("--compare", type=int, default=100_000, help="most faces that are grouped in memory too")
    options = parser.parse_args()
    networks = Networks(read_settings())
    rows: list[list[object]] = []
    if options.people is not None:
        faces = embedded_faces(
            labelled_photos(options.people), Pipeline(networks.detector, networks.embedder, networks.kept),
            undetected=Undetected.LEAVE_OUT,
        )  # fmt: skip
        linkage = linkage_of(networks.calibration, len(faces.labels))
        name = f"{options.people.resolve().parent.name}/{options.people.name}"
        rows += [
            measured(name, lambda: (faces.embeddings, faces.labels), linkage, most, compare=options.compare)
            for most in (100, 1_000)
        ]
    made = [
        measured(
            "made up", partial(made_up, count, SEED), linkage_of(networks.calibration, count), options.pieces,
            compare=options.compare,
        )
        for count in sorted(options.faces)
    ]  # fmt: skip
    rows += [*made, extended(made)] if len(made) > 1 else made
    write_results("clusters_on_disk.csv", machine(threads=cores(), network=networks.info.sha256[:12]), HEADER, rows)


if __name__ == "__main__":
    main()
