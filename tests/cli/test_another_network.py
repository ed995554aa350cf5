"""Verbs on a library whose faces another network embedded, as after an update of recog."""

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import update
from typer.testing import Result

from recog.store.schema.tables import networks
from tests.databases import database_at
from tests.painted import RED, paint

Recog = Callable[..., Result]


SENTENCE = "another network embedded all faces of this library, so none of them is found or named now"
INDEX = "run 'recog index FOLDER' first, which embeds them anew and keeps names"


def of_another_network(recog: Recog, folder: Path, library: Path) -> Path:
    """Enrol a face, and make the library say that another network embedded it."""
    photo = paint(folder / "1.png", RED)
    recog("enrol", "Ada", photo)
    with database_at(library / "catalog.sqlite3") as database, database.writing() as connection:
        connection.execute(update(networks).values(sha256="0" * 64))
    return photo


def test_who_asks_for_the_library_is_told_to_index(recog: Recog, folder: Path, tmp_path: Path) -> None:
    of_another_network(recog, folder, tmp_path / "library")
    assert recog("status").stdout.endswith(f"\n\nNote: {SENTENCE}: {INDEX}.\n")
    assert json.loads(recog("status", "--json").stdout)["of_another_network"] is True
    for words in (("check",), ("check", "--fix")):
        checked = recog(*words)
        assert checked.exit_code == 1
        assert checked.stdout.startswith(f"LEFT: {SENTENCE}\n        {INDEX}\n1 thing left to mend; 1 face checked")
    assert f"! index        {SENTENCE}\n" in recog("doctor").stdout
    recog("index", folder)
    assert "Note" not in recog("status").stdout
    assert recog("check").stdout.startswith("All is well: 1 face checked")


def test_who_asks_for_a_face_is_told_to_index_first(recog: Recog, folder: Path, tmp_path: Path) -> None:
    photo = of_another_network(recog, folder, tmp_path / "library")
    for verb in ("identify", "search"):
        assert recog(verb, photo).stderr.startswith(f"recog: {SENTENCE}: {INDEX}")
    recog("index", folder)
    for verb in ("identify", "search"):
        assert recog(verb, photo).stderr == ""
