"""A dataclass becomes the options of a verb, and the verb gets it back as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from recog.cli.option_values import option_values
from recog.cli.session import Before, Session, open_library, verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """Two options, the first of them required."""

    colour: Annotated[str, typer.Option(help="What to paint with.")]
    coats: Annotated[int, typer.Option(min=1)] = 2


SEEN: list[tuple[str, Paint, bool]] = []
app = typer.Typer()


@app.callback()
def before(context: typer.Context) -> None:
    context.obj = Before(given={}, verbose=False, opener=open_library)


@app.command("paint")
@verb
@option_values
def painted(session: Session, wall: Annotated[str, typer.Argument()], *, paint: Paint, dry: bool = False) -> None:
    """Paint a wall."""
    assert isinstance(session, Session)
    SEEN.append((wall, paint, dry))


def test_the_verb_gets_its_options_as_one_value_beside_its_other_parameters() -> None:
    SEEN.clear()
    for words in (["north", "--colour", "red"], ["south", "--colour", "blue", "--coats", "3", "--dry"]):
        done = CliRunner().invoke(app, ["paint", *words])
        assert done.exit_code == 0, done.output
    assert [("north", Paint(colour="red"), False), ("south", Paint(colour="blue", coats=3), True)] == SEEN


@pytest.mark.parametrize(
    ("words", "message"), [([], "Missing option '--colour'"), (["--colour", "red", "--coats", "0"], "--coats")]
)
def test_an_option_is_checked_as_any_other(words: list[str], message: str) -> None:
    done = CliRunner().invoke(app, ["paint", "north", *words])
    assert done.exit_code == 2
    assert message in done.output


def test_help_names_every_field() -> None:
    shown = CliRunner().invoke(app, ["paint", "--help"]).output
    assert "What to paint with." in shown
    assert "--coats" in shown
