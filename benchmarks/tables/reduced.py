"""Table of faces that are cut out of halved photos."""

from benchmarks.tables.table import Row, read_results, table

LEAST = 24
"""Pixels of the smallest faces shown."""


def halved() -> str:
    """Return how far embeddings move by halving, and by shifting the box, for each class of sides."""
    rows, comment = read_results("reduced.csv")
    halves = {(row["half"], row["side from"]): row for row in rows}
    body = []
    for (half, side), row in halves.items():
        if half == "chose" and int(side) >= LEAST:
            other = halves["judged", side]
            moved = [_both(each, "halved") for each in (row, other)]
            sharp = [f"{float(each['share of sharpness']):.2f}" for each in (row, other)]
            body.append([f"{side} to {row['side below']}", *moved, _both(other, "shifted"), " / ".join(sharp)])
    head = ["Side, pixels", "Chose: median / 95 %", "Judged: median / 95 %", "Shifted: median / 95 %", "Sharpness kept"]
    return table(head, *body) + f"\n*{comment}*\n"


def _both(row: Row, change: str) -> str:
    return f"{float(row[f'{change}, median']):.3f} / {float(row[f'{change}, 95 %']):.3f}"
