"""Remove one defence at a time in a copy of the code, and show that a test fails.

`python -m tests.faults.sabotage [WORD...]` tries the defences whose sentence holds a word. If no test notices a missing
defence, the exit status is 1.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.defences import SABOTAGES, Sabotage
from tests.faults.tracing import ROOT

_COPIED = (
    *("recog", "tests", "migrations", "benchmarks", "documents", "docs", "pyproject.toml", "mkdocs.yml", "Makefile"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
)


def notices(sabotage: Sabotage, directory: Path) -> bool:
    """Return whether the test fails without the defence; ValueError if its line does not exist."""
    for name in _COPIED:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        (
            shutil.copytree(source, directory / name, ignore=ignored)
            if source.is_dir()
            else shutil.copy(source, directory)
        )
    path = directory / sabotage.file
    text = path.read_text(encoding="utf-8")
    if text.count(sabotage.line) != 1:
        raise ValueError(f"{sabotage.file} does not hold once: {sabotage.line!r}")
    path.write_text(text.replace(sabotage.line, sabotage.without), encoding="utf-8")
    command = f"{sys.executable} -m pytest -q -x -p no:cacheprovider {sabotage.test}"
    environment = os.environ | {"PYTHONPATH": str(directory), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, shell=True, cwd=directory, env=environment, capture_output=True, check=False)  # noqa: S602
    if done.returncode not in (0, 1):
        raise ValueError(f"{sabotage.test} was not run:\n{done.stdout.decode()[-2000:]}")
    return done.returncode == 1


def main() -> int:
    """Try every sabotage, and print a line for each."""
    unnoticed = 0
    words = sys.argv[1:]
    chosen = [one for one in SABOTAGES if not words or any(word in one.defence for word in words)]
    for sabotage in chosen:
        with tempfile.TemporaryDirectory() as directory:
            red = notices(sabotage, Path(directory))
        unnoticed += not red
        print(f"{'noticed ' if red else 'UNSEEN  '} {sabotage.defence}: {sabotage.test}", flush=True)  # noqa: T201
    print(f"{len(chosen)} defences taken out, {unnoticed} unnoticed")  # noqa: T201 - a program
    return 1 if unnoticed else 0


if __name__ == "__main__":
    raise SystemExit(main())
