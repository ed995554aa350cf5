"""The question before an act that cannot be undone."""

import typer

from recog.cli.failures import fail


def ask_first(question: str, *, refused: str) -> None:
    """Ask on stderr; fail with `refused`, such as "nothing was forgotten", unless the answer is yes."""
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort:
        typer.echo(err=True)  # ends the line of the question
        fail(f"{refused} because nobody answered: give --yes to skip the question")
    if not agreed:
        fail(refused)
