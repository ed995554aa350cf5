"""Markdown tables from the CSV files of benchmarks/results."""

import csv
from collections.abc import Callable, Mapping, Sequence

from benchmarks.measured import RESULTS

Row = dict[str, str]


def table(*rows: Sequence[str]) -> str:
    """Return rows as a Markdown table; the first row is the head."""
    head, *body = rows
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)) + "\n"


def read_results(name: str) -> tuple[list[Row], str]:
    """Return the rows of a results file, and its leading comments: machine, seeds, command."""
    lines = (RESULTS / name).read_text(encoding="utf-8").splitlines()
    comment = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    return list(csv.DictReader(line for line in lines if not line.startswith("#"))), comment


def the_row(name: str, **wanted: str) -> Row:
    """Return the only row of a results file with these values."""
    found = [row for row in read_results(name)[0] if wanted.items() <= row.items()]
    if len(found) != 1:
        raise SystemExit(f"{name} has {len(found)} rows with {wanted}: expected one")
    return found[0]


def shown(name: str, columns: Mapping[str, str | tuple[str, Callable[[str], str]]]) -> str:
    """Return columns of a results file under readable names, formatted by their functions."""
    rows, comment = read_results(name)
    heads = [column if isinstance(column, str) else column[0] for column in columns.values()]
    body = [
        [row[key] if isinstance(column, str) else column[1](row[key]) for key, column in columns.items()]
        for row in rows
    ]
    return table(heads, *body) + f"\n*{comment}*\n"


def percent(share: str) -> str:
    """Return a share of one as a percentage with one digit."""
    return f"{100 * float(share):.1f}"


def thousands(number: str) -> str:
    """Return an integer with commas."""
    return f"{int(number):,}"
