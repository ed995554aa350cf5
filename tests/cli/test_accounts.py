"""recog accounts."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.painted import RED, paint

Recog = Callable[..., Result]
PASSWORD = "correct horse battery"  # noqa: S105 - of no account but a test's


@pytest.fixture
def named(recog: Recog, folder: Path) -> None:
    paint(folder / "1.png", RED)
    recog("index", folder)
    recog("people", "confirm", "Ada", "1", "--new")


def test_accounts_are_added_changed_and_removed(recog: Recog, named: None) -> None:
    assert recog("accounts", "list").stdout == "There is no account: 'recog accounts add NAME' adds one.\n"
    added = recog("accounts", "add", "Mia", answer=f"{PASSWORD}\n{PASSWORD}\n")
    assert added.stdout.strip() == "Mia: viewer, logs in by password"
    assert PASSWORD not in added.stderr
    program = recog("accounts", "add", "cron", "--role", "editor", "--token").stdout
    assert program.startswith("cron: editor, logs in by token\n  token (shown once): ")
    assert recog("accounts", "withhold", "mia", "ada").stdout == "Mia: viewer, logs in by password; is not shown Ada\n"
    assert recog("accounts", "list").stdout == (
        "account  role    logs in by  is not shown\ncron     editor  token\nMia      viewer  password    Ada\n"
    )
    assert recog("accounts", "allow", "Mia", "Ada").stdout == "Mia: viewer, logs in by password\n"
    assert recog("accounts", "role", "Mia", "owner").stdout == "Mia: owner, logs in by password\n"
    again = f"{PASSWORD} staple\n" * 2
    assert recog("accounts", "password", "Mia", answer=again).stdout.strip() == "Mia: owner, logs in by password"
    token = json.loads(recog("accounts", "token", "Mia", "--json").stdout)
    assert len(token["token"]) == 43
    assert token["account"]["has_token"]
    assert recog("accounts", "remove", "Mia").stdout == "Removed the account Mia.\n"
    assert [one["name"] for one in json.loads(recog("accounts", "list", "--json").stdout)["accounts"]] == ["cron"]
    assert "password" not in json.loads(recog("accounts", "list", "--json").stdout)["accounts"][0]


def test_what_cannot_be_is_one_sentence_with_the_way_out(recog: Recog, named: None) -> None:
    for words, answer, sentence in (
        (["add", "Mia"], "short\nshort\n", "a password has 10 to 1000 characters, this one has 5"),
        (["remove", "Mia"], "", "there is no account 'Mia': 'recog accounts list' lists them"),
        (["withhold", "Mia", "Ada"], "", "there is no account 'Mia'"),
    ):
        refused = recog("accounts", *words, answer=answer)
        assert refused.exit_code == 1
        assert sentence in refused.stderr
    assert recog("accounts", "role", "Mia", "king").exit_code == 2


def test_accounts_need_a_library(recog: Recog) -> None:
    assert "there is no library" in recog("accounts", "add", "cron", "--token").stderr


def test_the_history_names_no_account_where_there_is_none(recog: Recog, named: None) -> None:
    assert "account" not in recog("people", "history").stdout
