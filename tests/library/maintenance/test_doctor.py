"""`doctor` reports every kind of damage with the way out, and nothing for a sound library."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import pytest

from recog.durable import arriving
from recog.evaluate.calibration_file import load_calibration
from recog.library.maintenance.doctor import examine, sqlite_of
from recog.library.maintenance.results import DoctorReport, Observation, Remedy, RemedyKind
from recog.render.remedies import way_out_of_observation
from recog.store.schema.tables import pending_erasures
from recog.store.writer_lock import WriterLock
from recog.types import Calibration
from tests.library.database import reading_from, writing_to
from tests.painted import GREEN, RED, PaintedLibrary, PaintedNetworks, paint, painted_library
from tests.texts import to_text


@pytest.fixture
def filled(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    paint(folder / "a.png", RED, GREEN)
    library.index([folder])
    return library


def examined(library: PaintedLibrary) -> DoctorReport:
    settings = library.context.settings.model_copy(update={"cache": library.context.settings.library.parent / "cache"})
    return examine(settings, PaintedNetworks(settings))


def seen(library: PaintedLibrary, subject: str) -> Observation:
    (found,) = [one for one in examined(library).observations if one.subject == subject]
    return found


def test_the_decoders_of_photos_are_among_the_libraries(filled: PaintedLibrary) -> None:
    sentence = seen(filled, "libraries").sentence
    for package in ("pillow", "pillow-heif", "simplejpeg"):
        assert f"{package} {version(package)}" in sentence.split(", ")


def test_a_sound_library_needs_no_hand(filled: PaintedLibrary) -> None:
    report = examined(filled)
    assert [one for one in report.observations if not one.ok] == []
    assert {one.subject for one in report.observations} == {
        "recog", "libraries", "sqlite", "device", "weights", "network", "permissions", "free space", "writer",
        "database", "erasures", "index", "stray files",
    }  # fmt: skip


@pytest.mark.parametrize(("version", "warned"), [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)])
def test_a_sqlite_that_may_damage_a_database_is_told_with_the_way_out(version: tuple[int, ...], warned: bool) -> None:
    found = sqlite_of(version)
    assert found.sentence.startswith(".".join(map(str, version)))
    assert way_out_of_observation(found) == (
        "let no other program write to the catalog, or use a Python with SQLite 3.51.3 or later" if warned else ""
    )


def test_without_a_library_it_looks_and_makes_none(library: PaintedLibrary) -> None:
    assert examined(library).ok
    assert not library.context.settings.library.exists()


def test_weights_that_are_not_here_are_told_and_not_pulled(filled: PaintedLibrary) -> None:
    told = [one for one in examined(filled).observations if one.subject == "weights"]
    assert [way_out_of_observation(one) for one in told] == [
        "recog models pull yunet",
        "recog models pull mtcnn",
        "recog models pull facenet-casia",
        "recog models pull sface",
        "recog models pull dlib-resnet",
    ]
    assert not (filled.context.settings.library.parent / "cache").exists()


def test_a_network_without_a_calibration_is_told_and_the_status_shows_all_else(filled: PaintedLibrary) -> None:
    class Uncalibrated(PaintedNetworks):
        @cached_property
        def calibration(self) -> Calibration:
            return load_calibration(
                "colour", network_sha256=self.info.sha256, directory=filled.context.settings.library
            )

    networks = Uncalibrated(filled.context.settings)
    told = [one for one in examine(filled.context.settings, networks).observations if one.subject == "network"]
    assert [(one.ok, one.remedy) for one in told] == [(False, Remedy(RemedyKind.CALIBRATE))]
    before = filled.status()
    state = PaintedLibrary(filled.context.settings, networks=networks).status()
    assert state == replace(before, threshold=None, calibration=None)
    assert "threshold  not measured for this network: run 'recog calibrate'" in to_text(state)


def test_files_that_others_may_read_are_told_and_the_way_out_works(filled: PaintedLibrary) -> None:
    (filled.context.settings.library / "catalog.sqlite3").chmod(0o644)
    bad = seen(filled, "permissions")
    assert not bad.ok
    subprocess.run(way_out_of_observation(bad), shell=True, check=True)  # noqa: S602 - it is what a user would paste
    assert seen(filled, "permissions").ok


def test_the_way_out_for_a_folder_with_a_quote_in_its_name_works_too(tmp_path: Path) -> None:
    (folder := tmp_path / "it's").mkdir(mode=0o755)
    with painted_library(folder) as library:
        way_out = way_out_of_observation(seen(library, "permissions"))
        subprocess.run(way_out, shell=True, check=True)  # noqa: S602
        assert seen(library, "permissions").ok


def test_a_writer_is_told_by_its_process_id(filled: PaintedLibrary) -> None:
    with WriterLock(filled.context.settings.library):
        assert str(os.getpid()) in seen(filled, "writer").sentence
    assert "nobody" in seen(filled, "writer").sentence


def test_a_damaged_index_is_told(filled: PaintedLibrary) -> None:
    (path,) = (filled.context.settings.library / "index").rglob("*.faiss")
    path.write_bytes(path.read_bytes()[:-1])
    bad = seen(filled, "index")
    assert (bad.ok, bad.remedy) == (False, Remedy(RemedyKind.FIX))
    filled.maintenance.check(fix=True)
    assert seen(filled, "index").ok


def test_an_embedding_of_another_length_is_told_and_the_way_out_works(filled: PaintedLibrary) -> None:
    with writing_to(filled) as connection:
        connection.exec_driver_sql("UPDATE embeddings SET vector = zeroblob(1) WHERE face_id = 1")
    bad = seen(filled, "embeddings")
    assert (bad.ok, bad.remedy) == (False, Remedy(RemedyKind.FIX_THEN_INDEX))
    filled.maintenance.check(fix=True)
    assert "embeddings" not in {one.subject for one in examined(filled).observations}
    assert seen(filled, "index").ok


def test_a_damaged_database_is_told(filled: PaintedLibrary) -> None:
    path = filled.context.settings.library / "catalog.sqlite3"
    filled.close()
    path.write_bytes(b"no database" * 1000)
    assert not examined(filled).ok


def test_an_erasure_that_another_program_holds_up_is_told(filled: PaintedLibrary) -> None:
    with writing_to(filled) as connection:
        connection.execute(pending_erasures.insert(), [{"at": "2026-11-22T00:00:00"}])
    with reading_from(filled) as connection:
        connection.exec_driver_sql("SELECT count(*) FROM photos").scalar()
        assert not seen(filled, "erasures").ok
    assert seen(filled, "erasures").ok


def test_files_that_a_kill_left_are_told_and_the_way_out_works(filled: PaintedLibrary) -> None:
    home = next((filled.context.settings.library / "index").iterdir())
    (home / ".00000009.faiss.1.abcd.tmp").touch(0o600)
    assert not seen(filled, "stray files").ok
    filled.maintenance.rebuild_index()
    assert seen(filled, "stray files").ok


def test_an_unfinished_backup_of_a_process_that_is_gone_is_deleted(filled: PaintedLibrary) -> None:
    """The file is a copy of the whole catalog, so forgetting a person must not leave it behind."""
    home = filled.context.settings.library
    backup = home / "catalog.sqlite3.before-0002"
    code = "import os, sys; from pathlib import Path; from recog.durable import arriving\n"
    code += "with arriving(Path(sys.argv[1])) as (path, _):\n    print(path, flush=True)\n    os._exit(9)"
    done = subprocess.run([sys.executable, "-c", code, backup], stdout=subprocess.PIPE, text=True, check=False)
    gone = Path(done.stdout.strip())
    assert gone.exists()
    with arriving(backup) as (alive, _):
        examined(filled)
        assert (gone.exists(), alive.exists()) == (False, True)
