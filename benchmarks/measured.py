"""Writer of benchmark results: a comment that names machine and command, then a CSV table."""

import csv
import os
import platform
import shlex
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def machine(*, threads: int, **facts: object) -> str:
    """Return a line with processor, cores, threads, load, further facts, and the command."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    others = ", ".join(f"{name} {value}" for name, value in facts.items())
    command = shlex.join(["python", "-m", f"benchmarks.{Path(sys.argv[0]).stem}", *sys.argv[1:]])
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, {threads} threads, load {load:.1f}; {others}; {command}"


def largest_size() -> int:
    """Return the peak memory of this process since its start or `forget_largest_size`, in kilobytes.

    getrusage is not used, because Linux passes on the peak of the parent process if that was larger.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def forget_largest_size() -> None:
    """Restart the measurement of peak memory."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def kept_rows(name: str, columns: int, measured: Collection[tuple[str, ...]]) -> list[list[str]]:
    """Return rows of earlier runs in benchmarks/results/NAME whose first `columns` were not measured now."""
    path = RESULTS / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))[1:]
    return [row for row in rows if tuple(row[:columns]) not in measured]


def write_results(name: str, comment: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write benchmarks/results/NAME, and print it."""
    with (RESULTS / name).open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {comment}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print((RESULTS / name).read_text(encoding="utf-8"))
