"""The documents, as the tests read them."""

import csv
from pathlib import Path

from benchmarks.measured import RESULTS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def pages() -> list[Path]:
    """Return every page for readers: those in the root, and all of docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def words(page: str) -> str:
    """Return a page with each run of blanks and line ends made one blank."""
    return " ".join((ROOT / page).read_text(encoding="utf-8").split())


def results(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of benchmarks/results, without its comments."""
    with (RESULTS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
