"""Time a cold `recog identify` of one photo, beside importing torch and loading the networks' weights with it.

    python -m benchmarks.bench_cold --repeats 5

Writes benchmarks/results/cold.csv. Each run is a separate process, which finds the bytecode of recog and of what it
imports, as an installed recog does, in a folder of the benchmark's own. Commands take turns after one warm-up run each,
so that their files are in the system's cache. "for the first time" means that recog's cache holds no compiled network.
The library holds one person. Processor seconds include all threads.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path

from benchmarks.measured import machine, write_results
from recog.weights.device import cores

_MATPLOTLIB = next(iter((find_spec("matplotlib") or sys.exit("install recog[plots]")).submodule_search_locations or []))
SAMPLE = Path(_MATPLOTLIB, "mpl-data", "sample_data", "grace_hopper.jpg")
"""A photo of one person that is part of matplotlib."""
LOADING = (
    "import sys, torch; from safetensors.torch import load_file; "
    "print(sum(tensor.numel() for path in sys.argv[1:] for tensor in load_file(path).values()))"
)


WEIGHTS = ("facenet-casia", "dlib-resnet", "mtcnn")
ONNX = ("sface.onnx", "yunet.onnx")
FIRST = "recog identify, for the first time"


def run(command: list[str], cache: Path) -> tuple[float, float]:
    """Run a command with the given cache, which holds the bytecode too; return wall and processor seconds."""
    environment = {**os.environ, "RECOG_CACHE": str(cache), "PYTHONPYCACHEPREFIX": str(cache / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as library, tempfile.TemporaryDirectory() as cache:
        weights = [Path(cache, f"{name}.safetensors") for name in WEIGHTS]
        for path in weights:
            path.symlink_to(options.cache.absolute() / path.name)
        for name in ONNX:
            Path(cache, name).symlink_to(options.cache.absolute() / name)
        recog = [sys.executable, "-c", "from recog.cli.start import main; main()", "--library", library]
        run([*recog, "enrol", "Grace", str(SAMPLE)], Path(cache))
        commands = {
            "import torch, load the weights": [sys.executable, "-c", LOADING, *map(str, weights)],
            "recog identify": [*recog, "identify", str(SAMPLE)],
            FIRST: [*recog, "identify", str(SAMPLE)],
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for repeat in range(options.repeats + 1):
            for name, command in commands.items():
                if name == FIRST:
                    for kept in Path(cache).glob("*.compiled"):
                        kept.unlink()
                figures = run(command, Path(cache))
                if repeat:
                    taken[name].append(figures)
    medians = {name: [statistics.median(column) for column in zip(*runs, strict=True)] for name, runs in taken.items()}
    first = next(iter(medians.values()))
    rows = [
        [name, f"{clock:.2f}", f"{clock / first[0]:.2f}", f"{processor:.2f}", f"{processor / first[1]:.2f}"]
        for name, (clock, processor) in medians.items()
    ]
    header = ["command", "seconds", "ratio", "processor seconds", "ratio (processor)"]
    write_results("cold.csv", machine(threads=cores(), repeats=options.repeats), header, rows)


if __name__ == "__main__":
    main()
