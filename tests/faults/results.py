"""Results of the long tier, stored with facts about the machine."""

import csv
import os
import platform
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"


def write_results(
    name: str, extent: str, header: Sequence[str], rows: Sequence[Sequence[object]], *, since: str = ""
) -> Path:
    """Write benchmarks/results/NAME: a line with the extent (places, seed, minutes) and the machine, then the table.

    The line names the commit of the tested code, and with `since` the commit of the first counts if an earlier run made
    them.
    """
    now = commit()
    code = now if since in ("", now) else f"{since} to {now}"
    facts = (
        f"{extent}, code of {code}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, files on {_filesystem()}"
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / name
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {facts}\n")
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
    return path


def read_results(name: str) -> tuple[str, list[list[str]]]:
    """Return the line of facts and the rows of benchmarks/results/NAME; empty if there is no such file."""
    path = RESULTS / name
    if not path.exists():
        return "", []
    with path.open(encoding="utf-8", newline="") as file:
        facts = file.readline()
        return facts, list(csv.reader(file))[1:]


def commit() -> str:
    """Return the short name of the commit; with a plus if the code differs from it."""
    code = [":/recog", ":/migrations", ":/tests"]
    name = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=RESULTS, capture_output=True, check=False)
    differs = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", *code], cwd=RESULTS, check=False)
    return name.stdout.decode().strip() + ("+" if differs.returncode else "") or "no commit"


def earliest(facts: str) -> str:
    """Return the commit of the first counts; empty if the line of facts names none."""
    found = re.search(r"code of (\w+[+]?)", facts)
    return "" if found is None else found[1]


def figure(facts: str, pattern: str) -> float | None:
    """Return the number that a pattern's group finds in a line of facts."""
    found = re.search(pattern, facts)
    return None if found is None else float(found[1])


def _filesystem() -> str:
    """Return the file system of the temporary folder: that of its longest mount point."""
    place = tempfile.gettempdir()
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    return max((len(point), kind) for point, kind in mounts if place.startswith(point))[1]
