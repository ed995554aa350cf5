"""Measure how fast `recog serve` answers with pages of photos, for a library of many.

    python -m benchmarks.bench_photos

Writes benchmarks/results/photos.csv. The catalog holds --photos made-up photos (rows only, without files), taken at
random over 20 years, 3 % of them without a date; 60 % show a face; a folder holds those of a month. The server is a
process of its own. Each address is asked --rounds times in a row on one connection, after one question that opens the
catalog; the times are those of whole answers. The promise is a first page within 0.5 s.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.bench_serve import Server, ask, serving
from benchmarks.grown_library import BATCH, BOX, THUMBNAIL
from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.library.photo_library import PhotoLibrary
from recog.store.records import ScannedPhoto
from recog.types import DateSource, FileStat, NewFace

SHAPES = ((4000, 3000), (3000, 4000), (4032, 2268), (1200, 1200))
FIRST = datetime(2004, 1, 1)  # noqa: DTZ001 - as cameras write it
MINUTES = 20 * 365 * 24 * 60
UNDATED, WITH_FACE = 0.03, 0.6
ADDRESSES = {
    "first page": "/photos",
    "page in the middle": "/photos?start={middle}",
    "photos with faces": "/photos?faces=with",
    "one year's folder": "/photos?folder=/made-up/2010",
    "layout of all photos": "/api/timeline",
    "one photo": "/photos/{middle}",
    "folders": "/photos/folders",
}
HEADER = ["address", "answers", "median, ms", "slowest, ms", "bytes"]


def made_up_photos(directory: Path, count: int) -> None:
    """Make a library of `count` photos without files."""
    random = np.random.default_rng(0)
    with PhotoLibrary(read_settings(library=directory)) as library:
        network = library.context.networks.info
        unit = np.zeros(network.dim, np.float32)
        unit[0] = 1
        face = NewFace(BOX, unit, 50.0, THUMBNAIL)
        with library.context.writing(create=True) as catalog:
            for start in range(0, count, BATCH):
                photos = []
                for number in range(start, min(start + BATCH, count)):
                    taken = FIRST + timedelta(minutes=int(random.integers(MINUTES)))
                    path = Path(f"/made-up/{taken:%Y/%m}/{number}.jpg")
                    photos.append(
                        ScannedPhoto(
                            FileStat(path, 1, 1),
                            f"{number:064x}",
                            *SHAPES[int(random.integers(len(SHAPES)))],
                            None if random.random() < UNDATED else taken,
                            (face,) if random.random() < WITH_FACE else (),
                            taken_from=DateSource.EXIF_ORIGINAL,
                        )
                    )
                catalog.photos.save(photos, detector="0" * 64, network=network)


async def asked(server: Server, path: str, rounds: int) -> tuple[list[float], int]:
    """Return the milliseconds of each answer, and its bytes; SystemExit if one fails."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 24)
    times, size = list[float](), 0
    for _ in range(rounds):
        start = time.perf_counter()
        status, body = await ask(server, reader, writer, path)
        times.append(1000 * (time.perf_counter() - start))
        size = len(body)
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
    writer.close()
    await writer.wait_closed()
    return times, size


def measured(options: argparse.Namespace, folder: Path) -> Iterator[list[object]]:
    """Ask every address; yield their rows."""
    made_up_photos(folder / "library", options.photos)
    with serving(folder / "library", {1: 1}, options.photos) as server:
        for name, path in ADDRESSES.items():
            times, size = asyncio.run(asked(server, path.format(middle=options.photos // 2), options.rounds))
            yield [name, len(times), f"{np.median(times):.0f}", f"{max(times):.0f}", size]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = list(measured(options, Path(folder)))
    comment = machine(threads=os.cpu_count() or 1, photos=options.photos, seed=0)
    write_results("photos.csv", comment, HEADER, rows)


if __name__ == "__main__":
    main()
