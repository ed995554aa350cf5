"""The table of all verbs as Markdown, for the documents: `python -m recog.cli.reference`."""

import sys
from collections.abc import Iterator

from recog.cli.verbs import VERBS


def verbs() -> Iterator[tuple[str, str]]:
    """Yield every verb as a user types it after `recog`, with the first line of its help, in the order of the help."""
    for verb in VERBS:
        yield verb.words, verb.about()


def markdown() -> str:
    """Return a table with one row for each verb, ending in a newline."""
    rows = [f"| `recog {name}` | {about} |" for name, about in verbs()]
    return "\n".join(["| Command | What it does |", "|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())
