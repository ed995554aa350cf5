"""Measure styled pictures by figures that the search does not minimise, for the old default, the new, and between.

    python -m benchmarks.measure_style_quality

Writes benchmarks/results/style_quality.csv, numbers only; --out DIR keeps the pictures to be looked at. Each variant
changes one thing against the one before it. See benchmarks.style_figures for the figures.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from platformdirs import user_cache_path

from benchmarks.measured import kept_rows, machine, write_results
from benchmarks.style_figures import FIGURES, figures
from recog.nn.pooling import PoolingKind
from recog.photos import read_photo
from recog.style.layers import load_network
from recog.style.settings import Form, StyleSettings
from recog.style.transfer import stylize

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "style"
PAIRS = "golden_gate+starry_night_google,tubingen+starry_night_google,golden_gate+the_scream,tubingen+the_scream"
OLD: dict[str, Any] = {
    "form": Form.RELATIVE,
    "pooling": PoolingKind.AVERAGE,
    "variation": 20.0,
    "beta": 20.0,
    "steps": 60,
    "scales": 3,
}
VARIANTS: dict[str, dict[str, Any]] = {
    "before": OLD,
    "variation 2": OLD | {"variation": 2.0},
    "and style 200": OLD | {"variation": 2.0, "beta": 200.0},
    "and max pooling": OLD | {"variation": 2.0, "beta": 200.0, "pooling": PoolingKind.MAX},
    "and one scale": OLD | {"variation": 2.0, "beta": 200.0, "scales": 1},
    "centred instead": OLD | {"variation": 2.0, "form": Form.CENTRED},
    "default": {},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default=PAIRS, help="photo+painting,... by the names of files in --data")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--variants", default="before,default", help=f"of {', '.join(VARIANTS)}")
    parser.add_argument("--size", type=int, default=256, help="longest side of each result, pixels")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="keep the pictures in this folder")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network = load_network(StyleSettings().network, cache=user_cache_path("recog"))
    rows: list[tuple[object, ...]] = []
    for pair in options.pairs.split(","):
        photo, painting = (read_photo(options.data / f"{name}.jpg").pixels for name in pair.split("+"))
        for variant in options.variants.split(","):
            settings = StyleSettings(size=options.size, **VARIANTS[variant.strip()])
            busy = time.process_time()
            *_, last = stylize(photo, painting, settings, network)
            busy = time.process_time() - busy
            if last.pixels is None:
                raise RuntimeError("the last item has no picture")
            found = figures(network, last.pixels, photo, painting)
            rows.append((variant, pair, options.size, *(f"{found[name]:.3f}" for name in FIGURES), f"{busy:.0f}"))
            print(*rows[-1], flush=True)
            if options.out is not None:
                options.out.mkdir(exist_ok=True)
                Image.fromarray(last.pixels).save(options.out / f"{pair}-{options.size}-{variant}.png")
    named = ("pair figure" if name == "pair" else name for name in FIGURES)
    header = ("variant", "pair", "size", *named, "processor seconds")
    kept = kept_rows("style_quality.csv", 3, {(str(row[0]), str(row[1]), str(row[2])) for row in rows})
    write_results("style_quality.csv", machine(threads=options.threads, network=network.name), header, [*kept, *rows])


if __name__ == "__main__":
    main()
