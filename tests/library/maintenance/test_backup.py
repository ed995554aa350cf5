"""Back up the catalog to one file and restore it: complete, while others write, and over a damaged catalog."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from recog.errors import CatalogError, LibraryBusyError, RecogError, SchemaOutdatedError, WayOut
from recog.store.engine import open_catalog
from recog.store.maintenance.restore import restoring
from tests.full import files_of_at_most
from tests.library.database import writing_to
from tests.library.indexing.test_ingest import state
from tests.opened_twice import bytes_of
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint, painted_library

ROOT = Path(__file__).resolve().parents[3]
PHOTOS, BEFORE, MEANWHILE = 160, 50, 40
"""Photos; those that a run is past before the first of two backups; those that it may go on by during each."""


def rows(database: Path) -> dict[str, set[tuple[object, ...]]]:
    """Return every row of every table."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: set(connection.execute(f"SELECT * FROM {table}")) for table in tables}  # noqa: S608


def database(library: PaintedLibrary) -> Path:
    return library.context.settings.library / "catalog.sqlite3"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def filled(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    paint(folder / "a.png", RED, GREEN)
    paint(folder / "b.png", BLUE)
    library.index([folder])
    library.people.enrol("Ann", [folder / "b.png"])
    return library


def damage(path: Path) -> None:
    """Overwrite the beginning of the file and the pages in its middle."""
    raw = bytearray(path.read_bytes())
    raw[4096 * 4 : 4096 * 30] = os.urandom(4096 * 26)
    raw[:16] = b"not a database.."
    path.write_bytes(raw)


def test_a_backup_taken_while_photos_are_indexed_is_one_snapshot_of_it_and_comes_back_row_for_row(
    tmp_path: Path, folder: Path
) -> None:
    for number in range(PHOTOS):
        paint(folder / f"{number:03}.png", (RED, GREEN, BLUE, WHITE)[number % 4], noise=number)
    command = [sys.executable, "-m", "tests.painted", str(tmp_path / "library"), str(folder), "stepped"]
    run = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    assert run.stdin is not None
    assert run.stdout is not None
    run.stdin.write("." * BEFORE)
    run.stdin.flush()
    for _ in range(BEFORE):
        run.stdout.readline()
    with painted_library(tmp_path / "library") as library:
        copies = []
        for name in ("first", "second"):
            run.stdin.write("." * MEANWHILE)
            run.stdin.flush()
            copies.append(library.maintenance.back_up(tmp_path / name).path)
        assert run.poll() is None, "the run had ended: nothing was proved"
        run.communicate()  # ends its input, so that it goes on
        final = rows(database(library))
    for copy in copies:
        held = rows(copy)
        assert 0 < len(held["photos"]) < PHOTOS + (copy != copies[0])
        assert len(held["embeddings"]) == len(held["faces"]) == len(held["thumbnails"]) == len(held["photos"])
        assert all(found <= final[table] for table, found in held.items() if table != "sqlite_sequence")
        with painted_library(tmp_path / f"from {copy.name}") as other:
            restored = other.maintenance.restore(copy)
            assert (restored.kept, restored.photos) == (None, len(held["photos"]))
            assert rows(database(other)) == held
            assert other.maintenance.check().findings == ()


def test_a_folder_gets_a_backup_under_the_name_of_the_moment(filled: PaintedLibrary, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    made = filled.maintenance.back_up(tmp_path / "usb")
    assert [made.path] == list((tmp_path / "usb").glob("recog-*.sqlite3"))
    assert made.size == made.path.stat().st_size
    with pytest.raises(CatalogError, match="is there already"):
        filled.maintenance.back_up(made.path)


@pytest.mark.parametrize("note", ["damaged", "sound"])
def test_a_restore_keeps_what_was_there_and_brings_back_what_was_saved(
    filled: PaintedLibrary, folder: Path, tmp_path: Path, note: str
) -> None:
    saved = state(filled)
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    filled.people.enrol("Bob", [paint(folder / "c.png", WHITE)])
    filled.close()
    if note == "damaged":
        damage(database(filled))
        with pytest.raises(CatalogError, match="is damaged, or its disk cannot be read") as caught:
            filled.index([folder])
        assert caught.value.way_out is WayOut.RESTORE
        filled.close()
    before = database(filled).read_bytes()
    restored = filled.maintenance.restore(backup)
    assert restored.kept is not None
    assert restored.kept.read_bytes() == before
    assert [path.name for path in filled.context.settings.library.glob(".*")] == []
    (folder / "c.png").unlink()
    assert state(filled) == saved
    assert [person.name for person in filled.people.all()] == ["Ann"]
    assert filled.maintenance.check().findings == ()


def test_the_journal_of_the_catalog_that_was_is_kept_with_it_and_not_read_into_the_one_that_comes(
    filled: PaintedLibrary, tmp_path: Path
) -> None:
    """A killed run left its last transactions in the journal alone."""
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    filled.people.rename("Ann", "Bea")
    killed = {
        name: bytes_of(filled.context.settings.library / name) for name in ("catalog.sqlite3", "catalog.sqlite3-wal")
    }
    filled.close()
    for name, content in killed.items():
        (filled.context.settings.library / name).write_bytes(content)
    kept = filled.maintenance.restore(backup).kept
    assert [person.name for person in filled.people.all()] == ["Ann"]
    assert kept is not None
    assert {path.name.removeprefix(kept.name): path.read_bytes() for path in kept.parent.glob(f"{kept.name}*")} == {
        "": killed["catalog.sqlite3"],
        "-wal": killed["catalog.sqlite3-wal"],
    }
    with closing(sqlite3.connect(kept)) as before:
        assert before.execute("SELECT name FROM people").fetchall() == [("Bea",)]


def test_faces_that_get_a_number_again_after_a_restore_are_not_taken_for_the_earlier_ones(
    filled: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    filled.index([paint(folder / "later.png", WHITE)])
    earlier = filled.search(folder / "later.png", k=1).faces[0].found[0]
    filled.maintenance.restore(backup)
    (folder / "later.png").unlink()
    filled.index([paint(folder / "other.png", (10, 200, 200))])
    again = filled.search(folder / "other.png", k=1).faces[0].found[0]
    assert again.face.id == earlier.face.id, "no number was given twice: nothing was proved"
    assert again.squared_distance == pytest.approx(0.0, abs=1e-5)


def test_photos_are_identified_by_the_catalog_that_came_and_not_by_the_one_that_was(
    filled: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    filled.people.enrol("Bob", [folder / "a.png"], face=1)

    def named() -> list[str | None]:
        return [face.person.name if face.person else None for face in filled.identify(folder / "a.png").faces]

    assert named() == ["Bob", None]
    asked = filled.context.gallery
    filled.maintenance.restore(backup)
    assert named() == [None, None]
    assert filled.context.gallery is not asked


def test_a_person_forgotten_since_the_backup_is_back_and_the_kept_catalog_goes_when_somebody_is_forgotten(
    filled: PaintedLibrary, tmp_path: Path
) -> None:
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    filled.people.forget("Ann")
    kept = filled.maintenance.restore(backup).kept
    assert [person.name for person in filled.people.all()] == ["Ann"]
    assert kept is not None
    assert kept.exists()
    filled.people.forget("Ann")
    assert not kept.exists()


def test_a_backup_comes_back_where_there_is_no_folder_yet(filled: PaintedLibrary, tmp_path: Path) -> None:
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    place = tmp_path / "new" / "deep" / "catalog.sqlite3"
    with restoring(place, backup) as kept:
        assert kept is None
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    with open_catalog(place, create=False) as catalog:
        assert [person.name for person in catalog.people.all()] == ["Ann"]


def no_database(path: Path) -> None:
    path.write_bytes(b"these are no pages " * 500)


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (id INTEGER)")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def absent(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("spoil", "words", "error"),
    [
        (no_database, "no sound backup", CatalogError),
        (truncated, "(no sound|damaged)", CatalogError),
        (damage, "(no sound|damaged)", CatalogError),
        (foreign, "no sound backup", CatalogError),
        (newer, "schema 9999.*update recog", SchemaOutdatedError),
        (absent, "there is no backup at", CatalogError),
    ],
)
def test_what_is_no_sound_backup_changes_nothing(
    filled: PaintedLibrary, tmp_path: Path, spoil: object, words: str, error: type[RecogError]
) -> None:
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    assert callable(spoil)
    spoil(backup)
    filled.close()
    before = contents(filled.context.settings.library)
    with pytest.raises(error, match=words):
        filled.maintenance.restore(backup)
    after = contents(filled.context.settings.library)
    assert after | {"writer.lock": b""} == before | {"writer.lock": b""}


@pytest.mark.parametrize("too_large", ["backup", "catalog"])
def test_a_restore_that_finds_no_room_is_one_sentence_and_changes_nothing(
    filled: PaintedLibrary, tmp_path: Path, too_large: str
) -> None:
    """There is no room for the backup, or for the copy of the previous catalog."""
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    room = backup.stat().st_size // 2
    if too_large == "catalog":
        room *= 4
        with writing_to(filled) as connection:
            connection.exec_driver_sql("CREATE TABLE filler (bytes BLOB)")
            connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(?))", (2 * room,))
    before = state(filled)
    filled.close()
    with files_of_at_most(room), pytest.raises(CatalogError, match="make room"):
        filled.maintenance.restore(backup)
    assert [path.name for path in filled.context.settings.library.glob("*catalog*")] == ["catalog.sqlite3"]
    assert state(filled) == before


def test_a_catalog_that_another_program_has_open_is_not_replaced(filled: PaintedLibrary, tmp_path: Path) -> None:
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    filled.close()
    code = "import sys, sqlite3\nopened = sqlite3.connect(sys.argv[1])\n"
    code += "opened.execute('SELECT count(*) FROM photos').fetchone()\nprint('open', flush=True)\nsys.stdin.read()"
    reader = subprocess.Popen(
        [sys.executable, "-c", code, database(filled)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"
    before = contents(filled.context.settings.library)
    with pytest.raises(LibraryBusyError, match=r"has the catalog .* open: stop it, then restore again"):
        filled.maintenance.restore(backup)
    assert {name for name in contents(filled.context.settings.library) if name.startswith(".")} == set()
    assert contents(filled.context.settings.library)["catalog.sqlite3"] == before["catalog.sqlite3"]
    reader.communicate()
    assert filled.maintenance.restore(backup).photos == 2


def test_a_restore_that_was_cut_short_is_told_until_it_is_run_again(filled: PaintedLibrary, tmp_path: Path) -> None:
    backup = filled.maintenance.back_up(tmp_path / "copy").path
    filled.close()
    shutil.copy(backup, database(filled).with_name("catalog.sqlite3.restoring"))
    with pytest.raises(CatalogError, match=r"was being restored .*stopped$") as caught:
        filled.status()
    assert caught.value.way_out is WayOut.RESTORE_AGAIN
    filled.close()
    assert filled.maintenance.restore(backup).photos == 2
    assert filled.status().photos == 2


def test_a_server_is_brought_back_by_its_own_tools(tmp_path: Path) -> None:
    with painted_library(tmp_path / "library") as library:
        library.context.settings = library.context.settings.model_copy(update={"database": "postgresql://ann@host/db"})
        with pytest.raises(CatalogError, match="pg_restore"):
            library.maintenance.restore(tmp_path / "copy")
