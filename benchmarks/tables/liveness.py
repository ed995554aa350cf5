"""Tables of the check of liveness on simulated clips."""

from benchmarks.tables.table import read_results, table


def errors() -> str:
    """Return APCER and BPCER of each kind."""
    rows, comment = read_results("liveness.csv")
    head = [*("Before the camera", "Clips", "Measure", "Error, %", "Cannot tell, %"),
            *("Held out: error, %", "Held out: cannot tell, %")]  # fmt: skip
    names = ("kind", "clips", "measure", "error %", "cannot tell %", "held out error %", "held out cannot tell %")
    return table(head, *([row[name] for name in names] for row in rows)) + f"\n*{comment}*\n"


def signals() -> str:
    """Return how well each feature alone tells living faces from each kind of attack."""
    rows, comment = read_results("liveness_signals.csv")
    head = list(rows[0])
    return table(head, *(list(row.values()) for row in rows)) + f"\n*{comment}*\n"
