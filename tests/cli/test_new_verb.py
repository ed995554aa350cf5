"""A verb from outside: one function, one renderer, one line in the table."""

import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recog.cli.app import make_app
from recog.cli.verbs import GROUPS, VERBS, Verb
from tests.cli.conftest import Recog, open_painted
from tests.painted import RED, paint

VERB = '''
from typing import Annotated

import typer

from recog.cli.session import Session, verb


@verb
def greet(
    session: Session, hidden: Annotated[bool, typer.Option("--hidden", help="Greet hidden people too.")] = False
) -> None:
    """Greet everybody.

    Example:
      recog people greet
    """
    from greeting_text import greeting

    with session.open() as library:
        session.show(library.people.all(hidden=hidden), greeting)
'''
RENDERER = '''
from recog.printable import printable


def greeting(people):
    """A line a person."""
    return "\\n".join(f"Hello, {printable(one.name)}!" for one in people)
'''


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the two files outside recog."""
    (tmp_path / "greeting.py").write_text(VERB)
    (tmp_path / "greeting_text.py").write_text(RENDERER)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("greeting", "greeting_text"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.usefixtures("plugin")
def test_a_verb_is_two_files_and_a_line(recog: Recog, tmp_path: Path, folder: Path) -> None:
    app = make_app((*VERBS, Verb("people greet", "greeting:greet")))

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["--library", str(tmp_path / "library"), *words], obj=open_painted)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert recog("enrol", "Ada", paint(folder / "ada.png", RED)).exit_code == 0
    assert run("people", "greet") == "Hello, Ada!\n"
    assert re.search(r"^  greet +Greet everybody\.$", run("people", "--help"), re.MULTILINE)
    assert "--hidden" in run("people", "greet", "--help")
    assert [one["name"] for one in json.loads(run("people", "greet", "--json"))] == ["Ada"]


def test_every_verb_is_in_the_table_once_and_its_group_has_a_sentence() -> None:
    words = [one.words for one in VERBS]
    assert sorted(words) == sorted(set(words))
    assert {one.group for one in VERBS} - {""} == set(GROUPS)
    assert all(about.endswith(".") for about in GROUPS.values())
