"""Measure peak memory of `recog index` by the number of photos, and the time of a second run that changes nothing.

    python -m benchmarks.bench_scale --photos 1000 10000 --unchanged 100000

Writes benchmarks/results/scale.csv; rows of runs that are not measured now stay. Takes about eight minutes on two
cores. The photos are generated and all different: coarse noise of 160 x 120 pixels, every twentieth of 1600 x 1200.
Every fifth shows the portrait of matplotlib's sample data at a different place, so that faces are found, embedded and
stored. Each count is indexed in a separate process, whose peak memory is measured (without the decoders, each of which
is limited by RECOG_DECODE_MEMORY). The unchanged files are pictures of 8 x 8 pixels that are indexed twice.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image

from benchmarks.measured import kept_rows, largest_size, machine, write_results
from recog.config import read_settings
from recog.library.photo_library import PhotoLibrary
from recog.weights.device import cores

_FOLDER = 1000
"""Most files in a folder."""
_LARGE, _SHOWN = 20, 5
"""One photo in `_LARGE` is large, and one in `_SHOWN` shows a person."""
_HEAD = 64
"""Height of the portrait in a small photo, in pixels."""


def portrait() -> Image.Image:
    """Return the head and shoulders from matplotlib's sample data."""
    with Image.open(Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg")) as image:
        return image.convert("RGB").crop((80, 40, 464, 520))


def draw(folder: Path, count: int, *, tiny: bool) -> None:
    """Write `count` different pictures of noise."""
    random = np.random.default_rng(count)
    head = portrait()
    for number in range(count):
        height, width = (8, 8) if tiny else (1200, 1600) if number % _LARGE == 0 else (120, 160)
        coarse = random.integers(0, 256, (max(1, height // 8), max(1, width // 8), 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR)
        if not tiny and number % _SHOWN == 0:
            side = _HEAD * height // 120
            shown = head.resize((side * head.width // head.height, side))
            image.paste(shown, tuple(random.integers(0, (width - shown.width, height - side)).tolist()))
        path = folder / f"{number // _FOLDER:04}" / f"{number:07}.{'png' if tiny else 'jpg'}"
        path.parent.mkdir(exist_ok=True)
        image.save(path)


def index(folder: Path, library: Path, runs: int) -> list[dict[str, float]]:
    """Index the folder `runs` times; return seconds, photos and peak megabytes after each run."""
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
                    "faces": report.faces,
                    "megabytes": largest_size() / 1024,
                }
            )
    return figures


def measured(count: int, *, tiny: bool, runs: int) -> list[dict[str, float]]:
    """Run `index` in a separate process."""
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
    header = ["run", "photos", "faces", "seconds", "peak MB"]
    everything: list[Sequence[object]] = [*rows, *kept_rows("scale.csv", 1, {(str(row[0]),) for row in rows})]
    write_results("scale.csv", machine(threads=cores(), large=f"1 photo in {_LARGE}"), header, everything)


def shown(run: dict[str, float]) -> list[str]:
    """Return faces, seconds and sizes as cells of the table."""
    return [str(int(run["faces"])), f"{run['seconds']:.1f}", f"{run['megabytes']:.0f}"]


if __name__ == "__main__":
    main()
