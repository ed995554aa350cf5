"""Verbs on a library whose faces another network embedded, as after an update of recog."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import update
from typer.testing import Result

from recog.store.schema.tables import networks
from tests.databases import database_at
from tests.painted import RED, paint

Recog = Callable[..., Result]
WARNING = "recog: another network embedded all faces of this library, "


def test_who_asks_for_a_face_is_told_to_index_first(recog: Recog, folder: Path, tmp_path: Path) -> None:
    photo = paint(folder / "1.png", RED)
    recog("enrol", "Ada", photo)
    for verb in ("identify", "search"):
        assert recog(verb, photo).stderr == ""
    with database_at(tmp_path / "library" / "catalog.sqlite3") as database, database.writing() as connection:
        connection.execute(update(networks).values(sha256="0" * 64))
    for verb in ("identify", "search"):
        assert recog(verb, photo).stderr.startswith(WARNING)
    recog("index", folder)
    for verb in ("identify", "search"):
        assert recog(verb, photo).stderr == ""
