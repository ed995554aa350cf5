"""Seconds of a cold `recog identify` of one photo beside importing torch and loading the networks' weights with it.

    python -m benchmarks.bench_cold --repeats 5

Writes benchmarks/results/cold.csv. Every run is a process of its own, in turn, after one of each; the files that they
read are in the system's cache then. The library holds one person. Processor seconds are of all threads.
"""

import argparse
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
"""A photo of one person that matplotlib carries."""
LOADING = (
    "import sys, torch; from safetensors.torch import load_file; "
    "print(sum(tensor.numel() for path in sys.argv[1:] for tensor in load_file(path).values()))"
)


def run(command: list[str]) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as library:
        recog = [sys.executable, "-c", "from recog.cli.app import main; main()", "--library", library]
        run([*recog, "enrol", "Grace", str(SAMPLE)])
        weights = [str(options.cache / f"{name}.safetensors") for name in ("facenet-casia", "dlib-resnet", "mtcnn")]
        commands = {
            "import torch, load the weights": [sys.executable, "-c", LOADING, *weights],
            "recog identify": [*recog, "identify", str(SAMPLE)],
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for repeat in range(options.repeats + 1):
            for name, command in commands.items():
                figures = run(command)
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
