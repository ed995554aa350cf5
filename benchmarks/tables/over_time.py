"""Tables of names and groups over time (benchmarks.measure_over_time)."""

from benchmarks.tables.table import Row, read_results, table


def ages() -> str:
    """Return the false and true accepts of each apparent age, without and with the margin, of the judging families."""
    rows, comment = read_results("over_time_ages.csv")
    body = [
        [row["apparent age"], row["faces"], _far(row, "FAR"), _far(row, "FAR with the margin"), _both(row)]
        for row in rows
        if row["people"] == "families a to f"
    ]
    head = ["Apparent age", "Faces", "FAR, one threshold", "FAR, with the margin", "VAL without and with, %"]
    return table(head, *body) + f"\n*{comment}*\n"


def growth() -> str:
    """Return the median distance of one person's faces, by the years between their apparent ages."""
    rows, _ = read_results("over_time_growth.csv")
    body: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        body.setdefault((row["people"], row["who"]), [row["people"], row["who"]]).append(row["median"])
    slopes = {(row["people"], row["who"]): row["slope"] for row in rows}
    years = list(dict.fromkeys(row["years"] for row in rows))
    return table(["People", "Who", *years, "a year"], *([*medians, slopes[key]] for key, medians in body.items()))


def names() -> str:
    """Return the shares of faces named right and wrong, and of strangers named, by rule and apparent age."""
    rows, _ = read_results("over_time_names.csv")
    body = [
        [
            row["probes"],
            row["rule"],
            *(f"{100 * float(row[name]):.1f}" for name in ("DIR", "false names", "FPIR")),
            f"{row['wrong']} + {row['strangers named']}",
        ]
        for row in rows
    ]
    head = ["Apparent age", "Rule", "Right, %", "Another's name, %", "Strangers named, %", "False names"]
    return table(head, *body)


def groups() -> str:
    """Return groups, joins, and scores without and along time, of real and of drifting people."""
    rows, _ = read_results("over_time_groups.csv")
    body = [
        [
            row["people"],
            row["dates"],
            *(f"{row[name]} → {row[f'{name} along time']}" for name in ("groups", "pairwise F", "B-cubed F")),
            f"{row['joins']}, {row['wrong joins']}",
        ]
        for row in rows
    ]
    return table(["People", "Dates", "Groups", "Pairwise F", "B-cubed F", "Joins, wrong ones"], *body)


def _far(row: Row, name: str) -> str:
    return f"{1000 * float(row[name]):.2f}e-3"


def _both(row: Row) -> str:
    return f"{100 * float(row['VAL']):.0f}, {100 * float(row['VAL with the margin']):.0f}"
