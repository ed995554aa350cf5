"""A batch makes every picture once, keeps finished ones, and touches no foreign file."""

import hashlib
import io
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from sqlalchemy import update

from recog.config import read_settings
from recog.errors import ConfigError, LibraryBusyError, NoPhotosFoundError, PhotoError, StyleError, UnknownPersonError
from recog.library.photo_library import PhotoLibrary
from recog.library.styling.batch import thinned
from recog.library.styling.results import StylingProgress, StylingReport
from recog.photos import photo_digest
from recog.store.schema.style_tables import style_jobs
from recog.store.styling import CostPoint, JobState
from recog.store.writer_lock import WriterLock
from recog.style.settings import Colours, Faces, StyleSettings
from tests.library.database import writing_to
from tests.library.styling.styled import QUICK, paint_style
from tests.painted import BLUE, CELL, GREEN, RED, PaintedLibrary, paint, painted_library

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def styles(tmp_path: Path) -> list[Path]:
    return [paint_style(tmp_path / "styles" / "waves.png", BLUE), paint_style(tmp_path / "styles" / "sun.png", RED)]


@pytest.fixture
def photos(folder: Path) -> list[Path]:
    return [paint(folder / "ann.png", RED, noise=1), paint(folder / "party.png", RED, GREEN, noise=2)]


def contents(folder: Path) -> dict[str, str]:
    return {path.name: photo_digest(path) for path in folder.iterdir()}


def counts(report: StylingReport) -> tuple[int, int, int]:
    return len(report.made), len(report.kept), len(report.failed)


def test_every_photo_is_made_in_every_style_and_recorded(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    steps: list[StylingProgress] = []
    report = library.styles.run(styles, out, photos=photos, settings=QUICK, progress=steps.append)
    assert counts(report) == (4, 0, 0)
    assert sorted(contents(out)) == sorted(job.what.output_path.name for job in report.made)
    assert [(step.picture, step.step) for step in steps] == [(n, s) for n in range(1, 5) for s in range(1, 4)]
    assert library.styles.jobs().jobs == report.made
    for job in report.made:
        assert job.state is JobState.DONE
        assert job.output_sha256 == photo_digest(job.what.output_path)
        assert [point.step for point in job.costs] == [1, 2, 3]
        assert job.costs[-1].total <= job.costs[0].total
        assert StyleSettings.from_dict(job.what.settings) == QUICK
    assert "styled at 64 x 32 px" in report.made[2].message


def test_the_photos_may_be_outside_of_any_library_and_stay_so(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    library.styles.run(styles, out, photos=photos, settings=QUICK)
    assert library.context.catalog.upkeep.counts().photos == 0


def test_a_second_run_makes_nothing_again(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    first = library.styles.run(styles, out, photos=photos, settings=QUICK)
    before = {path: (path.stat().st_mtime_ns, photo_digest(path)) for path in out.iterdir()}
    out_another_way, texts = f"{photos[0].parent}/../{out.relative_to(photos[0].parent.parent)}", list(map(str, photos))
    again = library.styles.run(list(map(str, styles)), out_another_way, photos=texts, settings=QUICK)
    assert counts(again) == (0, 4, 0)
    assert again.kept == first.made
    assert {path: (path.stat().st_mtime_ns, photo_digest(path)) for path in out.iterdir()} == before


def test_other_settings_are_other_pictures_and_a_deleted_one_is_made_again(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    first = library.styles.run(styles[:1], out, photos=photos, settings=QUICK)
    other = library.styles.run(styles[:1], out, photos=photos, settings=replace(QUICK, beta=5.0))
    assert counts(other) == (2, 0, 0)
    first.made[0].what.output_path.unlink()
    assert counts(library.styles.run(styles[:1], out, photos=photos, settings=QUICK)) == (1, 1, 0)
    assert len(contents(out)) == 4


def test_a_foreign_file_is_never_overwritten_and_costs_one_picture(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    made = library.styles.run(styles[:1], out, photos=photos, settings=QUICK).made
    library.styles.clear(done=True)
    foreign = made[0].what.output_path
    foreign.write_text("mine")
    made[1].what.output_path.unlink()
    report = library.styles.run(styles[:1], out, photos=photos, settings=QUICK)
    assert counts(report) == (1, 0, 1)
    assert foreign.read_text() == "mine"
    assert "recog never overwrites" in report.failed[0].message


def test_a_bad_photo_costs_its_own_pictures(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path, folder: Path
) -> None:
    (folder / "bad.png").write_text("no photo")
    paint(folder / "tiny.png", RED).write_bytes(_small(folder))
    gone = folder / "gone.png"
    bad = [folder / "bad.png", folder / "tiny.png", gone]
    report = library.styles.run(styles[:1], out, photos=[*bad, *photos], settings=QUICK)
    assert counts(report) == (2, 0, 2)
    assert [one.path for one in report.unreadable] == [gone]
    said = [job.message for job in report.failed]
    assert "is not a photo" in said[0]
    assert "at least 32 px" in said[1]
    assert [job.state for job in library.styles.jobs().jobs] == [JobState.FAILED] * 2 + [JobState.DONE] * 2
    paint(folder / "bad.png", GREEN, noise=9)
    again = library.styles.run(styles[:1], out, photos=[*bad, *photos], settings=QUICK)
    assert counts(again) == (1, 2, 1)


def test_a_photo_too_large_to_decode_costs_its_own_picture(
    tmp_path: Path, photos: list[Path], styles: list[Path], out: Path
) -> None:
    """The photo has 100 megapixels, and a decoding process may take 256 MB."""
    Image.new("L", (10_000, 10_000)).save(tmp_path / "huge.png", compress_level=1)
    with PaintedLibrary(read_settings(library=tmp_path / "library", decode_memory=256)) as library:
        report = library.styles.run(styles[:1], out, photos=[tmp_path / "huge.png", *photos], settings=QUICK)
    assert counts(report) == (2, 0, 1)
    assert "memory" in report.failed[0].message


def _small(folder: Path) -> bytes:
    path = folder.parent / "small.png"
    Image.new("RGB", (20, 20), RED).save(path)
    return path.read_bytes()


def test_costs_that_are_nan_fail_one_picture(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    mad = replace(QUICK, alpha=1e12, beta=1e12, variation=1e12, learning_rate=1e3)
    report = library.styles.run(styles, out, photos=photos, settings=mad)
    assert len(report.made) + len(report.failed) == 4
    assert all(np.isfinite(job.costs[-1].total) for job in report.made)
    assert all(job.message for job in report.failed)


def test_a_picture_for_which_memory_is_too_small_costs_itself_alone(tmp_path: Path) -> None:
    """The process may map 300 MB more from the first step on; the second photo needs several times that."""
    paint(tmp_path / "photos" / "1.png", RED, noise=1)
    (tmp_path / "photos" / "2.png").write_bytes(_noise(3000))
    paint(tmp_path / "photos" / "3.png", GREEN, noise=2)
    paint_style(tmp_path / "styles" / "waves.png", BLUE)
    command = [sys.executable, "-m", "tests.library.styling.styled"]
    command += [str(tmp_path / name) for name in ("library", "photos", "styles", "out")]
    command += ["--size", "3000", "--spare", "300"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with painted_library(tmp_path / "library") as library:
        jobs = library.styles.jobs().jobs
    assert [job.state for job in jobs] == [JobState.DONE, JobState.FAILED, JobState.DONE]
    assert jobs[1].message == "there is not enough memory: use a smaller size"


def _noise(side: int) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (side // 100, side // 100, 3), np.uint8)
    Image.fromarray(pixels).resize((side, side), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()


def test_bad_styles_stop_before_anything_is_made(
    library: PaintedLibrary, photos: list[Path], tmp_path: Path, out: Path
) -> None:
    Image.new("RGB", (1, 1), RED).save(tmp_path / "dot.png")
    with pytest.raises(StyleError, match="1 x 1 px shows no style"):
        library.styles.run([tmp_path / "dot.png"], out, photos=photos, settings=QUICK)
    with pytest.raises(PhotoError, match="folder"):
        library.styles.run([tmp_path], out, photos=photos, settings=QUICK)
    assert not out.exists()


def test_no_space_stops_the_batch_and_says_so(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    out.write_text("a file where the folder should be")
    with pytest.raises(StyleError, match="choose another"):
        library.styles.run(styles, out, photos=photos, settings=QUICK)


def test_photos_are_chosen_by_person_and_by_folder(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path, folder: Path
) -> None:
    paint(folder / "bob.png", GREEN, noise=3)
    library.index([folder])
    library.people.enrol("Bob", [folder / "bob.png"])
    by_person = library.styles.run(styles[:1], out, person="bob", settings=QUICK)
    assert {job.what.photo_path.name for job in by_person.made} == {"bob.png", "party.png"}
    inside = folder / "styled"
    below = library.styles.run(styles[:1], inside, folder=folder, settings=QUICK)
    assert len(below.made) == 3
    assert counts(library.styles.run(styles[:1], inside, folder=folder, settings=QUICK)) == (0, 3, 0)
    with pytest.raises(UnknownPersonError):
        library.styles.run(styles, out, person="Nobody", settings=QUICK)
    with pytest.raises(NoPhotosFoundError):
        library.styles.run(styles, inside, folder=inside, settings=QUICK)
    with pytest.raises(ValueError, match="exactly one"):
        library.styles.run(styles, out, settings=QUICK)


@pytest.mark.parametrize("indexed", [True, False])
def test_faces_are_kept_where_the_catalog_or_the_detector_sees_them(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path, folder: Path, *, indexed: bool
) -> None:
    if indexed:
        library.index([folder])
    settings = replace(QUICK, steps=8, beta=1000.0)
    kept, styled = (
        library.styles.run(styles[:1], out, photos=photos[:1], settings=replace(settings, faces=faces)).made[0]
        for faces in (Faces.KEEP, Faces.STYLE)
    )
    face = slice(CELL // 2 - 10, CELL // 2 + 10)
    before = np.asarray(Image.open(photos[0]))[face, face]
    assert np.array_equal(np.asarray(Image.open(kept.what.output_path))[face, face], before)
    assert not np.array_equal(np.asarray(Image.open(styled.what.output_path))[face, face], before)


def test_a_transparent_photo_and_every_colour_setting_work(
    library: PaintedLibrary, styles: list[Path], out: Path, tmp_path: Path
) -> None:
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (64, 64), (255, 0, 0, 80)).save(clear)
    for colours in Colours:
        report = library.styles.run(
            styles, out, photos=[clear], settings=replace(QUICK, colours=colours), suffix=".jpg"
        )
        assert counts(report) == (2, 0, 0)


def test_styles_are_blended_into_one_picture_a_photo_and_kept_by_the_next_run(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    report = library.styles.run(styles, out, photos=photos, blend=[3, 1], settings=QUICK)
    assert counts(report) == (2, 0, 0)
    assert [(one.path, one.share) for one in report.made[0].what.styles] == [(styles[0], 0.75), (styles[1], 0.25)]
    assert counts(library.styles.run(styles[::-1], out, photos=photos, blend=[25, 75], settings=QUICK)) == (0, 2, 0)
    assert counts(library.styles.run(styles, out, photos=photos, blend=[1, 3], settings=QUICK)) == (2, 0, 0)
    apart = library.styles.run(styles, out, photos=photos, settings=QUICK)
    assert counts(apart) == (4, 0, 0)
    assert len(set(contents(out).values())) == 8
    assert [len(entry.styles) for entry in library.styles.gallery().entries] == [1] * 4 + [2] * 4
    with pytest.raises(StyleError, match="3 weights for 2 styles"):
        library.styles.run(styles, out, photos=photos, blend=[1, 1, 1], settings=QUICK)


def test_one_batch_at_a_time_and_the_library_stays_usable(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path, folder: Path
) -> None:
    with WriterLock(library.context.settings.library / "style"):
        with pytest.raises(LibraryBusyError):
            library.styles.run(styles, out, photos=photos, settings=QUICK)
        assert library.index([folder]).added == 2


def test_a_forgotten_person_leaves_no_job_and_the_pictures_are_named(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path, folder: Path
) -> None:
    paint(folder / "bob.png", GREEN, noise=3)
    library.index([folder])
    library.people.enrol("Ann", [photos[0]])
    library.styles.run(styles[:1], out, folder=folder, settings=QUICK)
    of_ann = {job.what.output_path for job in library.styles.jobs().jobs if job.what.photo_path.name != "bob.png"}
    forgotten = library.people.forget("Ann")
    assert set(forgotten.styled) == of_ann
    assert all(path.exists() for path in of_ann)
    assert [job.what.photo_path.name for job in library.styles.jobs().jobs] == ["bob.png"]


def test_a_job_that_goes_while_it_runs_leaves_no_picture(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    def clear(step: StylingProgress) -> None:
        library.context.catalog.styles.clear(tuple(JobState))

    with pytest.raises(StyleError, match="was cleared"):
        library.styles.run(styles, out, photos=photos, settings=QUICK, progress=clear)
    assert contents(out) == {}


def test_clearing_keeps_the_pictures(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path, folder: Path
) -> None:
    (folder / "bad.png").write_text("no photo")
    library.styles.run(styles[:1], out, folder=folder, settings=QUICK)
    pictures = contents(out)
    assert library.styles.clear(failed=True).jobs == 1
    assert library.styles.clear().jobs == 0
    assert library.styles.clear(done=True).jobs == 2
    assert contents(out) == pictures


def test_an_interrupted_run_goes_on(library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path) -> None:
    def stop(step: StylingProgress) -> None:
        if (step.picture, step.step) == (2, 2):
            raise KeyboardInterrupt

    report = library.styles.run(styles, out, photos=photos, settings=QUICK, progress=stop)
    assert (counts(report), report.interrupted) == ((1, 0, 0), True)
    assert [job.state for job in library.styles.jobs().jobs] == [JobState.DONE] + [JobState.PLANNED] * 3
    assert counts(library.styles.run(styles, out, photos=photos, settings=QUICK)) == (3, 1, 0)


def test_a_run_killed_between_file_and_note_knows_its_own_file_by_its_bytes(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    made = library.styles.run(styles, out, photos=photos, settings=QUICK).made
    for number, job in enumerate(made):
        with writing_to(library) as connection:
            connection.execute(
                update(style_jobs).where(style_jobs.c.id == job.id).values(state="running", made_at=None)
            )
        digest = hashlib.sha256(os.fsencode(job.what.output_path.name)).hexdigest()[:12]
        (out / f".recog-{digest}.{os.getpid()}.{number:08x}.tmp").write_text("half")
    made[1].what.output_path.unlink()
    made[2].what.output_path.write_text("mine")
    report = library.styles.run(styles, out, photos=photos, settings=QUICK)
    assert [job.id for job in report.kept] == [made[0].id, made[3].id]
    assert [job.id for job in report.made] == [made[1].id]
    assert [job.id for job in report.failed] == [made[2].id]
    assert made[2].what.output_path.read_text() == "mine"
    assert [name for name in contents(out) if name.startswith(".")] == []


def test_a_picture_that_stands_there_though_its_job_failed_is_kept(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    """A disk may be full when the directory entry is synced: then the picture exists and its job failed."""
    (made,) = library.styles.run(styles[:1], out, photos=photos[:1], settings=QUICK).made
    library.context.catalog.styles.fail(made.id, "cannot be written (No space left on device)")
    (kept,) = library.styles.run(styles[:1], out, photos=photos[:1], settings=QUICK).kept
    assert (kept.id, kept.state, kept.output_sha256) == (made.id, JobState.DONE, made.output_sha256)
    assert kept.message == ""


def test_a_curve_is_thinned_to_its_ends_and_what_lies_evenly_between() -> None:
    curve = [CostPoint(step, 1, 100.0 - step, 0.0, 0.0, 0.0) for step in range(1, 101)]
    assert thinned(curve, 100) == curve
    few = thinned(curve, 10)
    assert (len(few), few[0], few[-1]) == (10, curve[0], curve[-1])
    assert {11} >= {after.step - before.step for before, after in pairwise(few)}


def test_kills_at_random_moments_lose_no_picture_and_make_none_twice(tmp_path: Path) -> None:
    """Each trial kills a run after a random number of steps; the end is that of an undisturbed run."""
    for number in range(4):
        paint(tmp_path / "photos" / f"{number}.png", (RED, GREEN, BLUE)[number % 3], noise=number)
    for name, colour in (("waves", BLUE), ("sun", RED)):
        paint_style(tmp_path / "styles" / f"{name}.png", colour)
    styles, out = sorted((tmp_path / "styles").iterdir()), tmp_path / "out"
    with painted_library(tmp_path / "undisturbed") as library:
        library.styles.run(styles, tmp_path / "expected", folder=tmp_path / "photos", settings=QUICK)
    choose, killed, seen = random.Random(20261122), 0, dict[str, tuple[int, str]]()
    for _ in range(6):
        command = [sys.executable, "-m", "tests.library.styling.styled"]
        command += [str(tmp_path / name) for name in ("killed", "photos", "styles", "out")]
        run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        for _ in range(choose.randint(1, 6)):
            if run.stdout is None or not run.stdout.readline():
                break
        os.killpg(run.pid, signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
        if run.stdout is not None:
            run.stdout.close()
        there = {
            path.name: (path.stat().st_mtime_ns, photo_digest(path))
            for path in out.iterdir()
            if not path.name.startswith(".")
        }
        assert {name: there[name] for name in seen} == seen, "a finished picture was touched"
        seen = there
    assert killed >= 4
    with painted_library(tmp_path / "killed") as library:
        report = library.styles.run(styles, out, folder=tmp_path / "photos", settings=QUICK)
        assert counts(report) == (8 - len(seen), len(seen), 0)
        assert {job.state for job in library.styles.jobs().jobs} == {JobState.DONE}
    assert contents(out) == contents(tmp_path / "expected")


@pytest.mark.networks
def test_the_real_network_styles_a_painted_photo(tmp_path: Path, photos: list[Path], styles: list[Path]) -> None:
    with PhotoLibrary(read_settings(library=tmp_path / "library")) as library:
        (job,) = library.styles.run(styles[:1], tmp_path / "out", photos=photos[:1], settings=QUICK).made
        assert job.what.network == "vgg16-hed"
        assert job.costs[-1].total < job.costs[0].total
        assert len(library.styles.gallery().entries) == 1


def test_a_film_has_a_frame_every_n_steps_and_ends_with_the_picture(
    library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path
) -> None:
    settings = replace(QUICK, steps=5)
    report = library.styles.run(styles[0], out, photos=photos[0], settings=settings, film=2)
    (job,) = report.made
    film = job.what.output_path.with_suffix(".webp")
    with Image.open(film) as found:
        frames = [np.asarray(frame.convert("RGB"), dtype=np.int16) for frame in ImageSequence.Iterator(found)]
    assert len(frames) == 3  # of steps 2, 4 and 5
    with Image.open(job.what.output_path) as picture:
        assert np.abs(frames[-1] - np.asarray(picture, dtype=np.int16)).mean() < 12
    assert counts(library.styles.run(styles[0], out, photos=photos[0], settings=settings)) == (0, 1, 0)


def test_a_film_overwrites_nothing(library: PaintedLibrary, photos: list[Path], styles: list[Path], out: Path) -> None:
    (job,) = library.styles.run(styles[0], out, photos=photos[0], settings=QUICK, film=1).made
    job.what.output_path.unlink()
    before = job.what.output_path.with_suffix(".webp").read_bytes()
    report = library.styles.run(styles[0], out, photos=photos[0], settings=QUICK, film=1)
    assert counts(report) == (0, 0, 1)
    assert "recog never overwrites" in report.failed[0].message
    assert job.what.output_path.with_suffix(".webp").read_bytes() == before


def test_a_film_needs_a_step_between_frames(library: PaintedLibrary, photos: list[Path], styles: list[Path]) -> None:
    with pytest.raises(ConfigError, match="every 1 to 100000 steps, or 0 for no film, not -1"):
        library.styles.run(styles[0], "out", photos=photos[0], film=-1)
