"""Tables of covered faces: what of them an attacker finds."""

from benchmarks.tables.table import read_results, table


def covers(part: str) -> str:
    """Return the rows of a part, `chosen` or `judged`."""
    rows, comment = read_results("sharing.csv")
    body = [
        [
            ", ".join(filter(None, (row["cover"], row["strength"]))),
            *(row[name] for name in ("own", "library", "first", "alike")),
        ]
        for row in rows
        if row["part"] == part
    ]
    return table(["Cover", "own", "library", "first", "alike"], *body) + f"\n*{comment}*\n"
