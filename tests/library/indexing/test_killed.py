"""A killed indexer leaves a library that the next run completes."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from recog.library.indexing.index_run import BATCH_PHOTOS
from tests.library.indexing.test_edited import edit, framed
from tests.library.indexing.test_ingest import state
from tests.painted import BLUE, GREEN, RED, WHITE, Colour, PaintedLibrary, paint, painted_library

ROOT = Path(__file__).resolve().parents[3]
PHOTOS = 160
KILLS = 8
SEED = 20261122


def start(library: Path, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.painted", str(library), str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_kills_at_random_moments_end_in_the_library_of_an_undisturbed_run(tmp_path: Path) -> None:
    """Each trial kills a run after a random number of photos, until one run completes; nothing may be missing."""
    folder = tmp_path / "photos"
    for number in range(PHOTOS):
        paint(folder / f"{number:03}.png", (RED, GREEN, BLUE, WHITE)[number % 4], RED, noise=number)
    with painted_library(tmp_path / "undisturbed") as undisturbed:
        undisturbed.index([folder])
        expected = state(undisturbed)
    choose = random.Random(SEED)
    killed = 0
    for _ in range(KILLS):
        run = start(tmp_path / "killed", folder)
        for _ in range(choose.randint(0, 25)):
            if run.stdout is None or not run.stdout.readline():
                break
        os.killpg(run.pid, signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
        if run.stdout is not None:
            run.stdout.close()
    assert killed >= KILLS // 2, f"only {killed} of {KILLS} kills landed (seed {SEED})"
    with painted_library(tmp_path / "killed") as library:
        report = library.index([folder])
        assert report.added + report.unchanged == PHOTOS
        assert state(library) == expected
        assert library.maintenance.check().findings == ()
        assert not list(library.context.settings.library.rglob("*.tmp*"))


def colours(count: int) -> list[Colour]:
    """Return colours that differ as much as possible: points spread evenly over an eighth of a sphere."""
    found = []
    for number in range(count):
        up, around = (number + 0.5) / count, (number * 0.618) % 1 * np.pi / 2
        flat = np.sqrt(1 - up * up)
        found.append((round(230 * flat * np.cos(around)), round(230 * flat * np.sin(around)), round(230 * up)))
    return found


def words(library: PaintedLibrary, path: Path) -> tuple[set[int], bool, set[int]]:
    """Return the name of the photo's only face, whether it is ignored, and its rejected names."""
    catalog = library.context.catalog
    (face,) = catalog.faces.of_photo(catalog.photos.at([path])[path].id)
    return (
        set(catalog.people.confirmed_owners([face.id]).values()),
        face.id in catalog.people.ignored_faces(),
        catalog.people.rejections().get(face.id, set()),
    )


def test_a_kill_leaves_what_was_said_of_a_face_at_the_old_photo_or_at_the_edited_one(tmp_path: Path) -> None:
    """All photos are edited, and every second one is moved too; half of them are one batch."""
    folder, library = tmp_path / "photos", tmp_path / "library"
    moved_to = {}
    with painted_library(library) as painted:
        for number, colour in enumerate(colours(2 * BATCH_PHOTOS)):
            path = paint(folder / f"{number:02}.png", colour)
            moved_to[path] = folder / "moved" / path.name if number % 2 else path
        painted.index([folder])
        found = painted.context.catalog.photos.at(moved_to)
        face_of = {path: painted.context.catalog.faces.of_photo(photo.id)[0].id for path, photo in found.items()}
        ada = painted.context.catalog.people.add("Ada")
        painted.context.catalog.acts.confirm([face_of[path] for path in list(moved_to)[::3]], ada.id)
        painted.context.catalog.acts.ignore([face_of[path] for path in list(moved_to)[1::3]])
        painted.context.catalog.acts.reject([face_of[path] for path in list(moved_to)[2::3]], ada.id)
        said = {path: words(painted, path) for path in moved_to}
    for path, to in moved_to.items():
        edit(path, framed, to if to != path else None)
    choose = random.Random(SEED)
    carried = []
    for lines in (0, *(choose.randint(1, 2 * BATCH_PHOTOS) for _ in range(KILLS))):
        run = start(library, folder)
        for _ in range(lines):
            if run.stdout is None or not run.stdout.readline():
                break
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        if run.stdout is not None:
            run.stdout.close()
        with painted_library(library) as painted:
            known = painted.context.catalog.photos.at([*moved_to, *moved_to.values()])
            carried.append(sum(to in known and to != path for path, to in moved_to.items()))
            for path, to in moved_to.items():
                shown = [one for one in {path, to} if one in known]
                assert [words(painted, one) for one in shown] == [said[path]] * len(shown), f"{path} (seed {SEED})"
                assert shown
    with painted_library(library) as painted:
        assert painted.index([folder]).lost == ()
        assert {path: words(painted, to) for path, to in moved_to.items()} == said
        assert painted.maintenance.check().findings == ()
    assert len(set(carried)) > 1, f"no kill landed between two batches (seed {SEED}): {carried}"
