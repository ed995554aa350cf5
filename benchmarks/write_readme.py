"""Write the generated parts of README.md: tables made from the code, numbers made from benchmarks/results.

`python benchmarks/write_readme.py` rewrites them; with `--check` it exits with 1 and names the parts that differ.
A part stands between `<!-- NAME -->` and `<!-- /NAME -->`.
"""

import csv
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from recog.cli.reference import markdown as commands
from recog.config import Settings
from recog.weights.registry import SPECS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
RESULTS = ROOT / "benchmarks" / "results"


def settings() -> str:
    """Every setting with its environment variable and meaning."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "platform's data or cache directory" if field.default_factory is not None else field.default
        shown = "" if default is None else f"`{default}`" if field.default_factory is None else default
        rows.append(f"| `{name}` | `RECOG_{name.upper()}` | {shown} | {' '.join((field.description or '').split())} |")
    return "\n".join(["| Setting | Environment | Default | Meaning |", "|---|---|---|---|", *rows]) + "\n"


def networks() -> str:
    """Every network with what it was trained on and its licence."""
    rows = [
        f"| `{one.name}` | {one.role.value} | {one.trained_on} | {one.scores} | {one.licence} |"
        for one in SPECS.values()
    ]
    return "\n".join(["| Network | Role | Trained on | Published | Licence |", "|---|---|---|---|---|", *rows]) + "\n"


def table(*rows: Sequence[str]) -> str:
    """Rows as Markdown, the first one the head."""
    head, *body = rows
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)) + "\n"


def read_results(name: str) -> tuple[list[dict[str, str]], str]:
    """Rows of a results file, and its first line if that is a comment: machine, seeds, command."""
    lines = (RESULTS / name).read_text(encoding="utf-8").splitlines()
    comment = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    return list(csv.DictReader(line for line in lines if not line.startswith("#"))), comment


def csv_table(name: str) -> str:
    """A results file as it is."""
    rows, comment = read_results(name)
    return table(list(rows[0]), *(list(row.values()) for row in rows)) + f"\n*{comment}*\n"


def accuracy() -> str:
    """LFW scores of the published network, the start of training, and what is shipped."""
    rows, _ = read_results("accuracy.csv")

    def percent(number: str) -> str:
        return f"{100 * float(number):.1f}"

    body = [
        [
            row["head"],
            "yes" if row["flip"] == "1" else "no",
            f"{percent(row['accuracy'])} ± {100 * float(row['standard_error']):.1f}",
            f"{float(row['auc']):.4f}",
            percent(row["val_1e-2"]),
            percent(row["val_1e-3"]),
        ]
        for row in rows
    ]
    head = ["Embedding", "Flip averaged", "Accuracy, %", "AUC", "VAL at FAR 1e-2, %", "VAL at FAR 1e-3, %"]
    return table(head, *body) + f"\n*Seed {rows[0]['seed']}; {rows[0]['machine']}.*\n"


def identification() -> str:
    """Open-set identification from one and two photos of each person, beside the first trunk's own output."""
    rows, comment = read_results("identification.csv")
    body = [
        [
            row["embedding"],
            f"{int(row['people']):,}",
            row["photos_each"],
            *(f"{100 * float(row[rate]):.1f}" for rate in ("rank_1", "dir_1e-2", "dir_1e-1")),
        ]
        for row in rows
        if row["people"] in {"10", "100", "1000"} and row["photos_each"] in {"1", "2"}
    ]
    head = ["Embedding", "People enrolled", "Photos of each", "Rank 1, %", "DIR at FPIR 1e-2, %", "DIR at FPIR 1e-1, %"]
    return table(head, *body) + f"\n*{comment}*\n"


def style() -> str:
    """Steps of style transfer beside the plain loop, and how far faces move."""
    rows, _ = read_results("style.csv")
    columns = ["measure", "size", "plain", "recog", "ratio", "note"]
    faces, comment = read_results("style_faces.csv")
    return (
        table(columns, *([row[column] for column in columns] for row in rows))
        + f"\n*{rows[0]['machine']}, load {rows[0]['load']}, torch {rows[0]['torch']}.*\n\n"
        + table(list(faces[0]), *(list(row.values()) for row in faces))
        + f"\n*{comment}*\n"
    )


def clusters() -> str:
    """Cluster scores at settings fixed beforehand, and how long a library of made-up faces takes."""
    rows, comment = read_results("cluster.csv")
    scores = [
        [row["data"], row["method"], row["setting"], row["pairwise F"], row["B-cubed F"]]
        for row in rows
        if row["part"] == "scores" and not row["note"]
    ]
    library = [row for row in rows if row["part"] == "library"]
    growth = [
        [f"{int(row['faces']):,}", row["part"], row["seconds"], row["MB"] if row["part"] == "growth" else ""]
        for row in rows
        if row["part"] in {"growth", "joining"}
    ] + [[f"{int(row['faces']):,}", f"whole library, {row['setting']}", row["seconds"], ""] for row in library]
    odds = [
        [row["data"], row["setting"], row["note"]]
        for row in rows
        if row["part"] == "odds" and row["method"] == "probability of one person"
    ]
    return (
        table(["Faces of", "Method", "Setting", "Pairwise F", "B-cubed F"], *scores)
        + "\n"
        + table(["Made-up faces", "Clustered from nothing, or 1,000 joining", "Seconds", "MB"], *growth)
        + ("\n" + table(["Faces of", "Probability of one person", "Clusters and names"], *odds) if odds else "")
        + f"\n*{comment}*\n"
    )


def demo() -> str:
    """What `make demo` printed."""
    return f"```console\n{(RESULTS / 'demo.txt').read_text(encoding='utf-8').strip()}\n```\n"


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "networks": networks,
    "demo": demo,
    "accuracy": accuracy,
    "identification": identification,
    "options": lambda: csv_table("options.csv"),
    "training": lambda: csv_table("training.csv"),
    "detection": lambda: csv_table("detect.csv"),
    "encoding": lambda: csv_table("embed.csv"),
    "indexing": lambda: csv_table("ingest.csv"),
    "searching": lambda: csv_table("search.csv"),
    "starting": lambda: csv_table("cold.csv"),
    "clustering": clusters,
    "style": style,
}


def written(text: str) -> str:
    """The README with every part made anew."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md has no part {name!r}")
        before, after = pattern.split(text)[0], pattern.split(text)[-1]
        text = f"{before}<!-- {name} -->\n{make()}<!-- /{name} -->{after}"
    return text


def main() -> int:
    """Write, or compare."""
    before = README.read_text(encoding="utf-8")
    after = written(before)
    if "--check" in sys.argv[1:]:
        if before != after:
            print("README.md differs from the code or the results: run 'make docs'", file=sys.stderr)
            return 1
        return 0
    README.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
