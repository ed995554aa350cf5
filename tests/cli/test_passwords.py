"""No verb shows the user or any part of the password of a database, whatever fails, even with --verbose."""

import pytest

from tests.cli.conftest import Recog

ESCAPES = "write @ as %40, / as %2F, # as %23, % as %25 and ? as %3F"
PARTS = ("boss", "hunter2", "p@ss", "w#rd", "ss/w", "12a", "rd@h")
VERBS = (
    "status",
    "doctor",
    "check --fix",
    "people list",
    "people forget Ann --yes",
    "restore FILE",
    "index .",
    "serve",
)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://boss:hunter2?x@h:12a/db", ESCAPES),
        ("postgresql://boss:p@ss/w#rd@h/db", ESCAPES),
        ("postgresql://boss:hunter2@h:12a/db", "cannot be read: write postgresql://USER@HOST:PORT/NAME"),
        ("postgresql://boss:hunter2%3Fx@127.0.0.1:1/db", ""),  # nobody answers; pg_restore restores, not recog
        ("mysql://boss:hunter2@h/db", "in SQLite or PostgreSQL"),
        ("sqlite://boss:hunter2@h/db", "names no file"),
    ],
)
def test_no_verb_shows_a_part_of_the_password(
    recog: Recog, monkeypatch: pytest.MonkeyPatch, url: str, told: str, verb: str
) -> None:
    by_option = recog(*verb.split(), "--verbose", "--database", url)
    monkeypatch.setenv("RECOG_DATABASE", url)
    for result in (by_option, recog(*verb.split(), "--verbose")):
        assert result.exit_code == 1
        words = result.stdout + result.stderr
        assert [part for part in PARTS if part in words] == []
        assert told in words
