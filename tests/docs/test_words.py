"""The table of acts names what there is: every act of the API, and commands that exist."""

import re

from fastapi.routing import APIRoute
from typer.main import get_command

from recog.cli.app import app
from recog.web.acts import router
from tests.docs.texts import DOCS

TABLE = (DOCS / "reference" / "words.md").read_text(encoding="utf-8").partition("## One act")[2]


def test_every_act_of_the_api_has_its_word() -> None:
    acts = {route.path for route in router.routes if isinstance(route, APIRoute)}
    assert acts <= set(re.findall(r"/api/\w+", TABLE))


def test_every_command_is_one() -> None:
    found = re.findall(r"`recog ([a-z ]+)`", TABLE)
    assert len(found) > 15
    for words in found:
        command = get_command(app)
        for word in words.split():
            command = command.commands[word]  # type: ignore[attr-defined]
