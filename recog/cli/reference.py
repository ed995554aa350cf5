"""The table of all verbs as Markdown, for the README: `python -m recog.cli.reference`."""

import sys
from collections.abc import Iterator

from typer.models import CommandInfo

from recog.cli.app import app


def verbs() -> Iterator[tuple[str, str]]:
    """Every verb as it is typed after `recog`, with the first line of its help, in the order of the help page."""
    for command in app.registered_commands:
        yield str(command.name), _first_line(command)
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands if group.typer_instance is not None else ():
            yield f"{group.name} {command.name}", _first_line(command)


def markdown() -> str:
    """A table with one row a verb, ending in a newline."""
    rows = [f"| `recog {name}` | {about} |" for name, about in verbs()]
    return "\n".join(["| Command | What it does |", "|---|---|", *rows]) + "\n"


def _first_line(command: CommandInfo) -> str:
    return ((command.callback and command.callback.__doc__) or "").partition("\n")[0]


if __name__ == "__main__":
    sys.stdout.write(markdown())
