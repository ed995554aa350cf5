"""Measure the processor time of commands that compute nothing: what a user waits for while modules load.

    python -m benchmarks.bench_start --repeats 9

Writes benchmarks/results/start.csv. Each run is its own process, which finds bytecode, as an installed recog does, in a
folder of the benchmark's own; its files are in the system's cache after a first run.
The figure is the least of the repeats, because other programs only add to it. Goals on a quiet machine: 0.15 s for
`recog --help`, 0.4 s for `recog people list` (see tests/cli/test_loaded.py for the modules that it must not load).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import machine, write_results
from recog.store.engine import open_catalog

RECOG = Path(sys.executable).parent / "recog"
HEADER = ("command", "processor_seconds")


def processor_seconds(command: Sequence[str | Path], repeats: int, *, bytecode: Path) -> float:
    """Return the least processor time of a command, of all its threads, in seconds; bytecode is kept in a folder."""
    seconds = []
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for _ in range(1 + repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as library:
        with open_catalog(Path(library, "catalog.sqlite3")):
            pass
        commands: dict[str, list[str | Path]] = {
            "recog --help": [RECOG, "--help"],
            "recog people list": [RECOG, "--library", library, "people", "list"],
        }
        rows = [
            (name, f"{processor_seconds(command, options.repeats, bytecode=Path(library, 'bytecode')):.3f}")
            for name, command in commands.items()
        ]
    write_results("start.csv", machine(threads=1, repeats=options.repeats), HEADER, rows)


if __name__ == "__main__":
    main()
