"""Tables of lookalikes: questions about them, and what the report of lookalikes foretells."""

from benchmarks.tables.table import percent, read_results, table, thousands


def lookalikes() -> str:
    """Return what asking about lookalikes costs and saves, beside no question, and what the report foretells."""
    rows, comment = read_results("lookalikes.csv")
    body = []
    for row in rows:
        if row["photos_each"] in {"1", "2"} and row["margin"] in {"0.0", "0.05", "0.1", "0.2"}:
            named = sum(int(row[one]) for one in ("right", "wrong", "strangers_named", "asked"))
            body.append(
                [
                    row["set"],
                    row["photos_each"],
                    "none" if row["margin"] == "0.0" else row["margin"],
                    thousands(row["right"]),
                    row["wrong"],
                    row["strangers_named"],
                    f"{row['asked']} ({percent(str(int(row['asked']) / named))} %)",
                    row["answer_offered"],
                ]
            )
    head = [
        "Set", "Photos each", "Margin", "Right names", "Wrong names", "Strangers named", "Questions",
        "with the right person",
    ]  # fmt: skip
    return table(head, *body) + f"\n*{comment}*\n"


def foretold() -> str:
    """Return how often the report of lookalikes finds a mix-up, and how often other photos are mixed up."""
    rows, comment = read_results("lookalikes.csv")
    body = []
    for row in rows:
        if row["photos_each"] in {"2", "3"} and row["margin"] == "0.1":
            rates = (
                f"{one} of {thousands(of)} ({percent(str(int(one) / int(of)))} %)"
                for one, of in ((row["mixed_told"], row["told"]), (row["mixed_later"], row["known"]))
            )
            body.append([row["set"], row["photos_each"], *rates, row["pairs"], row["pairs_again"]])
    head = [
        "Set",
        "Photos each",
        "Mixed up by the report",
        "Mixed up on other photos",
        "Pairs listed",
        "Mixed up again",
    ]
    return table(head, *body) + f"\n*{comment}*\n"
