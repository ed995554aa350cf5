"""Peak memory of `recog index` over small and over many photos, and the time of a second run that changes nothing.

    python -m benchmarks.bench_scale --photos 1000 10000 --unchanged 100000

Writes benchmarks/results/scale.csv. The photos are drawn (noise of 120 x 90 pixels, every tenth of 1600 x 1200), all
of them different; each count is a run of its own in a process of its own, whose largest size counts (decoders are
beside it, each within RECOG_DECODE_MEMORY). Unchanged files are pictures of 8 x 8 pixels, indexed once, then looked at
again. Nothing but the second run is timed for its own sake.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.library.photo_library import PhotoLibrary
from recog.weights.device import cores

_FOLDER = 1000
"""Files in a folder at most."""


def draw(folder: Path, count: int, *, tiny: bool) -> None:
    """Write so many pictures of noise, no two the same."""
    random = np.random.default_rng(count)
    for number in range(count):
        height, width = (8, 8) if tiny else (1200, 1600) if number % 10 == 0 else (90, 120)
        coarse = random.integers(0, 256, (max(1, height // 8), max(1, width // 8), 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR)
        path = folder / f"{number // _FOLDER:04}" / f"{number:07}.{'png' if tiny else 'jpg'}"
        path.parent.mkdir(exist_ok=True)
        image.save(path)


def index(folder: Path, library: Path, runs: int) -> list[dict[str, float]]:
    """Index the folder so many times; seconds, photos and peak megabytes after each run."""
    figures = []
    with PhotoLibrary(read_settings(library=library)) as photos:
        for _ in range(runs):
            start = time.perf_counter()
            report = photos.index([folder])
            figures.append(
                {
                    "seconds": time.perf_counter() - start,
                    "added": report.added,
                    "unchanged": report.unchanged,
                    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                }
            )
    return figures


def measured(count: int, *, tiny: bool, runs: int) -> list[dict[str, float]]:
    """`index` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "photos")
        source.mkdir()
        draw(source, count, tiny=tiny)
        command = [sys.executable, "-m", "benchmarks.bench_scale", "--index", str(source), folder, str(runs)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        figures: list[dict[str, float]] = json.loads(done.stdout)
        return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, nargs="*", default=[1000, 10000])
    parser.add_argument("--unchanged", type=int, default=100_000)
    parser.add_argument("--index", nargs=3, metavar=("FOLDER", "LIBRARY", "RUNS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.index:
        folder, library, runs = options.index
        print(json.dumps(index(Path(folder), Path(library, "library"), int(runs))))
        return
    rows: list[list[object]] = []
    for count in options.photos:
        (run,) = measured(count, tiny=False, runs=1)
        rows.append([f"index {count} photos", int(run["added"]), *shown(run)])
    if options.unchanged:
        first, second = measured(options.unchanged, tiny=True, runs=2)
        rows.append([f"index {options.unchanged} tiny files", int(first["added"]), *shown(first)])
        rows.append([f"second run over {options.unchanged} files", int(second["unchanged"]), *shown(second)])
    header = ["run", "photos", "seconds", "peak MB"]
    write_results("scale.csv", machine(threads=cores()), header, rows)


def shown(run: dict[str, float]) -> list[str]:
    """Seconds and sizes as the table has them."""
    return [f"{run['seconds']:.1f}", f"{run['megabytes']:.0f}"]


if __name__ == "__main__":
    main()
