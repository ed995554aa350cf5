"""What indexing a folder does, and what it leaves alone."""

import os
import shutil
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.errors import LibraryBusyError, NoPhotosFoundError, WayOut
from recog.library.indexing.index_run import MANY_COPIES
from recog.library.indexing.results import IngestProgress, LostWord
from recog.store.records import FactKind
from recog.store.writer_lock import WriterLock
from tests.held_index import live_index
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint, painted_library


def state(library: PaintedLibrary) -> set[tuple[str, str, tuple[float, ...], bytes]]:
    """Return what a library knows, without ids: path, content, box and embedding of each face."""
    catalog = library.context.catalog
    known: set[tuple[str, str, tuple[float, ...], bytes]] = set()
    for rows in catalog.embeddings.batches(library.networks.info.sha256):
        for face in catalog.faces.by_ids(rows.face_ids.tolist()).values():
            vector = rows.embeddings[rows.face_ids.tolist().index(face.id)].tobytes()
            for path in catalog.files.paths([face.photo_id])[face.photo_id]:
                box = (face.box.left, face.box.top, face.box.right, face.box.bottom)
                known.add((path.name, catalog.photos.by_id(face.photo_id).sha256, box, vector))
    return known


def test_every_face_of_every_photo_is_stored_and_searchable(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "a.png", RED, GREEN)
    paint(folder / "deep" / "er" / "b.png", BLUE)
    report = library.index([folder])
    assert (report.added, report.faces, report.failed) == (2, 3, ())
    found = library.search(folder / "deep" / "er" / "b.png", k=3).faces[0].found
    assert [one.paths[0].name for one in found] == ["b.png", "a.png", "a.png"]
    assert found[0].squared_distance == pytest.approx(0, abs=1e-5)


def test_a_second_run_opens_nothing(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "a.png", RED)
    library.index([folder])
    path.chmod(0)  # opening it would fail, except for root, for whom `unchanged` would show it
    report = library.index([folder])
    assert (report.unchanged, report.added, report.changed, report.failed) == (1, 0, 0, ())


def test_a_touched_file_with_the_same_bytes_keeps_its_faces(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "a.png", RED)
    library.index([folder])
    before = state(library)
    os.utime(path, ns=(1, 1))
    report = library.index([folder])
    assert (report.unchanged, report.changed, report.faces) == (1, 0, 0)
    assert state(library) == before
    assert library.index([folder]).unchanged == 1


def test_an_edit_that_changed_neither_size_nor_time_is_found_when_every_file_is_verified(
    library: PaintedLibrary, folder: Path
) -> None:
    for name, noise in (("a.png", 1), ("b.png", 2)):
        paint(folder / name, RED, noise=noise)
    library.index([folder])
    before, path = state(library), folder / "a.png"
    status, size = path.stat(), path.stat().st_size
    paint(path, GREEN, noise=1)
    path.write_bytes(path.read_bytes().ljust(size, b"\0"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == size
    report = library.index([folder])
    assert (report.unchanged, report.changed) == (2, 0)
    assert state(library) == before
    report = library.index([folder], verify=True)
    assert (report.unchanged, report.changed, report.faces) == (1, 1, 1)
    assert state(library) != before
    report = library.index([folder], verify=True)
    assert (report.unchanged, report.changed, report.faces) == (2, 0, 0)


def test_a_moved_photo_keeps_its_name(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "a.png", RED)
    paint(folder / "b.png", GREEN)
    library.people.enrol("Ada", [path])
    (folder / "new").mkdir()
    path.rename(folder / "new" / "c.png")
    report = library.index([folder])
    assert (report.moved, report.missing, report.added) == (1, 0, 1)
    faces = library.people.person("Ada").faces
    assert [paths[0].name for _, paths in faces] == ["c.png"]


def test_a_copy_is_a_duplicate_and_its_faces_are_not_stored_twice(library: PaintedLibrary, folder: Path) -> None:
    shutil.copy(paint(folder / "a.png", RED), folder / "z.png")
    report = library.index([folder])
    assert (report.added, report.duplicates, report.faces) == (1, 1, 1)
    assert library.reports.duplicates().duplicate_photos == ((folder / "a.png", folder / "z.png"),)


def test_an_edited_photo_keeps_the_names_of_faces_that_overlap_and_reports_the_others(
    library: PaintedLibrary, folder: Path
) -> None:
    path = paint(folder / "a.png", RED, GREEN)
    library.people.enrol("Ada", [path], face=1)
    library.people.enrol("Ben", [path], face=2)
    paint(path, RED, None, noise=7)
    report = library.index([folder])
    assert (report.changed, report.faces) == (1, 1)
    assert report.lost == (LostWord(path, FactKind.NAME, "Ben"), LostWord(path, FactKind.COVER, "Ben"))
    assert [person.name for person in library.people.all() if person.confirmed] == ["Ada"]
    assert len(state(library)) == 1


def test_a_vanished_photo_is_marked_and_comes_back_with_its_name(library: PaintedLibrary, folder: Path) -> None:
    path = paint(folder / "a.png", RED)
    paint(folder / "b.png", GREEN)
    library.people.enrol("Ada", [path])
    library.index([folder])
    path.rename(folder.parent / "elsewhere.png")
    assert library.index([folder]).missing == 1
    assert library.status().missing_files == 1
    assert len(library.people.person("Ada").faces) == 1
    (folder.parent / "elsewhere.png").rename(path)
    assert library.index([folder]).unchanged == 2
    assert library.status().missing_files == 0


@pytest.mark.parametrize("absent", [False, True])
def test_an_unmounted_root_deletes_nothing(library: PaintedLibrary, folder: Path, *, absent: bool) -> None:
    paint(folder / "a.png", RED)
    library.index([folder])
    shutil.rmtree(folder)
    if not absent:
        folder.mkdir()
    report = library.index([folder])
    assert (report.suspended, report.missing) == ((folder,), 0)
    assert library.status().missing_files == 0


def test_photos_of_a_folder_that_was_renamed_are_moved_and_not_there_twice(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    paint(folder / "ann.png", RED)
    paint(folder / "bob.png", GREEN)
    library.index([folder])
    library.people.enrol("Ann", [folder / "ann.png"])
    renamed = folder.rename(tmp_path / "renamed")
    report = library.index([renamed])
    assert (report.moved, report.duplicates, report.faces) == (2, 0, 0)
    status = library.status()
    assert (status.files, status.missing_files) == (2, 0)
    assert library.reports.duplicates().duplicate_photos == ()
    ((_, paths),) = library.people.person("Ann").faces
    assert paths == (renamed / "ann.png",)


def test_a_copy_of_a_disk_that_was_away_is_a_copy_once_it_is_back(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    disk, away, copy = folder / "disk", tmp_path / "away", folder / "copy"
    paint(disk / "ann.png", RED)
    library.index([disk])
    library.people.enrol("Ann", [disk / "ann.png"])
    shutil.copytree(disk, copy)
    disk.rename(away)
    assert library.index([copy]).moved == 1
    away.rename(disk)
    assert library.index([disk]).duplicates == 1
    assert library.reports.duplicates().duplicate_photos == ((copy / "ann.png", disk / "ann.png"),)
    assert library.people.all()[0].confirmed == 1


def test_a_folder_without_photos_is_an_error_that_names_it(library: PaintedLibrary, folder: Path) -> None:
    (folder / "notes.txt").write_text("no photo")
    with pytest.raises(NoPhotosFoundError, match=f"{folder} holds no photo.*: name another folder$"):
        library.index([folder])
    with pytest.raises(NoPhotosFoundError, match=r"holds no photo that recog reads$") as caught:
        library.index([folder], exclude=["*.png"])
    assert caught.value.way_out is WayOut.EXCLUDE_LESS


def test_a_folder_that_is_not_there_is_said_so_and_makes_no_library(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "a.png", RED)
    with pytest.raises(NoPhotosFoundError, match=f"there is no folder {folder / 'typo'}"):
        library.index([folder, folder / "typo"])
    assert not library.context.settings.library.exists()
    library.index([folder])
    with pytest.raises(NoPhotosFoundError, match=f"there is no folder {folder / 'typo'}"):
        library.index([folder / "typo"])


def test_a_bad_photo_stops_nothing_and_is_reported_until_it_changes(library: PaintedLibrary, folder: Path) -> None:
    whole = paint(folder / "a.png", RED)
    (folder / "b.jpg").write_text("this is a text")
    (folder / "c.png").write_bytes(whole.read_bytes()[:60])
    for _ in range(2):
        report = library.index([folder])
        assert {(one.path.name, one.reason) for one in report.failed} == {
            ("b.jpg", "not_a_photo"),
            ("c.png", "damaged"),
        }
    assert (report.unchanged, report.unreadable) == (1, 2)
    plan = library.index([folder], dry_run=True)
    assert (plan.added, plan.unchanged, plan.unreadable) == (0, 1, 2)
    shutil.copy(paint(folder / "d.png", GREEN), folder / "b.jpg")
    assert [one.path.name for one in library.index([folder]).failed] == ["c.png"]
    assert library.index([folder], verify=True).unreadable == 0


def test_a_photo_that_is_given_by_itself_is_no_root(library: PaintedLibrary, folder: Path) -> None:
    (folder / "bad.png").write_text("no photo")
    library.index([paint(folder / "a.png", RED), folder / "bad.png"])
    assert library.status().roots == ()
    assert library.index([folder / "a.png"]).unchanged == 1
    library.index([folder])
    assert library.status().roots == (folder,)


def test_excluded_photos_are_neither_indexed_nor_missing(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "a.png", RED)
    paint(folder / "private" / "b.png", GREEN)
    library.index([folder])
    report = library.index([folder], exclude=["private"])
    assert (report.unchanged, report.missing) == (1, 0)


def test_a_dry_run_writes_nothing(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "a.png", RED)
    report = library.index([folder], dry_run=True)
    assert (report.added, report.dry_run) == (1, True)
    assert not library.context.settings.library.exists()
    library.index([folder])
    paint(folder / "b.png", GREEN)
    paint(folder / "a.png", BLUE, BLUE)
    report = library.index([folder], dry_run=True)
    assert (report.added, report.changed, report.unchanged) == (1, 1, 0)
    assert len(state(library)) == 1


def test_a_second_indexer_is_turned_away(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "a.png", RED)
    library.index([folder])
    with WriterLock(library.context.settings.library), pytest.raises(LibraryBusyError, match=str(os.getpid())):
        painted_library(library.context.settings.library).index([folder])


def test_an_interrupted_run_goes_on_where_it_was(library: PaintedLibrary, folder: Path) -> None:
    for number in range(80):
        paint(folder / f"{number:03}.png", (RED, GREEN, BLUE, WHITE)[number % 4], noise=number)

    def stop(step: IngestProgress) -> None:
        if step.done == 50:
            raise KeyboardInterrupt

    report = library.index([folder], progress=stop)
    assert report.interrupted
    assert 32 <= report.added <= 50
    rest = library.index([folder])
    assert rest.unchanged == report.added
    assert rest.added == 80 - report.added
    assert len(state(library)) == 80


def test_progress_counts_to_the_end(library: PaintedLibrary, folder: Path) -> None:
    for number in range(5):
        paint(folder / f"{number}.png", RED, noise=number)
    steps: list[IngestProgress] = []
    library.index([folder], progress=steps.append)
    assert [step.done for step in steps] == [1, 2, 3, 4, 5]
    assert {step.total for step in steps} == {5}


def test_originals_are_never_touched(library: PaintedLibrary, folder: Path) -> None:
    paths: Sequence[Path] = [paint(folder / f"{n}.png", RED, GREEN, noise=n) for n in range(3)]
    before = [(path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode) for path in paths]
    library.index([folder])
    library.people.enrol("Ada", [paths[0]], face=1)
    library.groups.cluster()
    library.people.forget("Ada")
    assert [(path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode) for path in paths] == before
    assert sorted(folder.iterdir()) == paths


def test_the_index_holds_exactly_the_catalog(library: PaintedLibrary, folder: Path) -> None:
    for number in range(40):
        paint(folder / f"{number}.png", (RED, GREEN)[number % 2], noise=number)
    library.index([folder])
    for number in range(0, 40, 3):
        paint(folder / f"{number}.png", BLUE, noise=number)
    library.index([folder])
    ids = np.concatenate(
        [rows.face_ids for rows in library.context.catalog.embeddings.batches(library.networks.info.sha256)]
    )
    assert live_index(library).current().ids().tolist() == sorted(ids.tolist())
    with painted_library(library.context.settings.library) as again:
        assert live_index(again).current().ids().tolist() == sorted(ids.tolist())
        assert live_index(again).problem == ""


def test_a_chain_of_renames_loses_no_name(library: PaintedLibrary, folder: Path) -> None:
    """Photos one, two and three change places, and each name follows its photo."""
    paths = [paint(folder / f"{number}.png", colour) for number, colour in enumerate((RED, GREEN, BLUE))]
    for path, name in zip(paths, ("Ada", "Ben", "Cyd"), strict=True):
        library.people.enrol(name, [path])
    spare = folder.parent / "spare.png"
    for source, target in ((paths[2], spare), (paths[1], paths[2]), (paths[0], paths[1]), (spare, paths[0])):
        source.rename(target)
    report = library.index([folder])
    assert (report.lost, report.faces) == ((), 0)
    where = {name: library.people.person(name).faces[0][1] for name in ("Ada", "Ben", "Cyd")}
    assert where == {"Ada": (paths[1],), "Ben": (paths[2],), "Cyd": (paths[0],)}


def test_of_folders_inside_each_other_every_problem_is_told_once(library: PaintedLibrary, folder: Path) -> None:
    inner = folder / "inner"
    paint(folder / "a.png", RED)
    paint(inner / "b.png", GREEN)
    (inner / "text.jpg").write_bytes(b"no photo")
    (inner / "lost.jpg").symlink_to("nowhere.jpg")
    report = library.index([folder, inner])
    assert sorted(one.path.name for one in report.failed) == ["lost.jpg", "text.jpg"]
    assert report.added == 2


@pytest.mark.parametrize("copies", [MANY_COPIES // 2, 3 * MANY_COPIES])
def test_many_copies_are_counted_and_those_that_move_are_moved(
    library: PaintedLibrary, folder: Path, copies: int
) -> None:
    first = paint(folder / "old" / "0.png", RED)
    for number in range(1, copies):
        shutil.copy(first, folder / "old" / f"{number}.png")
    report = library.index(folder)
    assert (report.added, report.duplicates, report.moved) == (1, copies - 1, 0)
    (folder / "old").rename(folder / "new")
    shutil.copy(folder / "new" / "0.png", folder / "zz.png")
    report = library.index(folder)
    assert (report.added, report.duplicates, report.moved, report.missing) == (0, 1, copies, 0)
    assert library.status().missing_files == 0


def test_a_half_done_copy_is_used_as_incomplete_and_read_again_when_it_has_grown(
    library: PaintedLibrary, folder: Path
) -> None:
    pixels = np.asarray(Image.open(paint(folder.parent / "whole.png", RED, GREEN)))
    buffer = BytesIO()
    Image.fromarray(np.vstack([pixels] * 3)).save(buffer, "JPEG", quality=95)
    whole = buffer.getvalue()
    path = folder / "a.jpg"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(whole[: len(whole) // 6])
    assert [failure.reason for failure in library.index([folder]).failed] == ["damaged"]
    path.write_bytes(whole[:-120])
    report = library.index([folder])
    assert (report.incomplete, report.failed) == ((path,), ())
    assert library.status().incomplete_photos == 1
    (filed,) = library.context.catalog.photos.at([path]).values()
    assert library.photos.photo(filed.id).photo.incomplete
    assert library.index([folder]).incomplete == ()
    path.write_bytes(whole)
    report = library.index([folder])
    assert (report.changed, report.incomplete) == (1, ())
    assert library.status().incomplete_photos == 0
    (filed,) = library.context.catalog.photos.at([path]).values()
    assert not library.photos.photo(filed.id).photo.incomplete
