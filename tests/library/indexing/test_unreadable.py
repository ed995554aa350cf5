"""Files that cannot be used are recorded in batches, and none is lost."""

import os
import signal
import struct
import zlib
from pathlib import Path

import pytest

from recog.library.indexing.results import IngestProgress
from tests.library.indexing.test_killed import start
from tests.painted import RED, PaintedLibrary, paint, painted_library

FILES = 120


def broken(folder: Path, count: int) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"broken-{number:04}.jpg" for number in range(count)]
    for path in paths:
        path.write_bytes(b"no photo")
    return paths


def too_large(path: Path) -> Path:
    """Return a PNG file whose header claims 900 megapixels."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b""))]
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def test_unreadable_files_are_no_transaction_each(library: PaintedLibrary, folder: Path) -> None:
    broken(folder, FILES)
    noted: set[int] = set()
    report = library.index([folder], progress=lambda _: noted.add(len(library.context.catalog.files.failures())))
    assert len(report.failed) == len(library.context.catalog.files.failures()) == FILES
    assert len(noted) < FILES / 10


def test_unreadable_files_stop_no_photo_among_them(library: PaintedLibrary, folder: Path) -> None:
    paths = broken(folder, FILES)
    for number in range(0, FILES, 10):
        paint(folder / f"broken-{number:04}a.png", RED, noise=number)
    report = library.index([folder])
    assert (report.added, [one.path for one in report.failed]) == (FILES // 10, paths)
    assert (library.index([folder]).unreadable, library.maintenance.check().findings) == (FILES, ())


def test_ctrl_c_loses_no_unreadable_file_that_was_seen(library: PaintedLibrary, folder: Path) -> None:
    paths = broken(folder, 10)

    def interrupt(progress: IngestProgress) -> None:
        if progress.done == 7:
            raise KeyboardInterrupt

    report = library.index([folder], progress=interrupt)
    assert (report.interrupted, [one.path for one in report.failed]) == (True, paths[:7])


def test_what_took_long_to_find_out_is_noted_at_once(library: PaintedLibrary, folder: Path) -> None:
    broken(folder, 3)
    large = too_large(folder / "large.png")
    noted: list[list[Path]] = []
    library.index(
        [folder], progress=lambda _: noted.append([one.stat.path for one in library.context.catalog.files.failures()])
    )
    assert noted[-1][-1] == large
    assert not noted[0]


def test_a_killed_run_over_unreadable_files_is_completed_by_the_next(tmp_path: Path) -> None:
    paths = broken(tmp_path / "photos", 1200)
    run = start(tmp_path / "library", tmp_path / "photos")
    assert run.stdout is not None
    for _ in range(700):
        run.stdout.readline()
    os.killpg(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    run.stdout.close()
    with painted_library(tmp_path / "library") as library:
        before = len(library.context.catalog.files.failures())
        assert before >= 500, "a full batch was on the disk before the kill"
        report = library.index([tmp_path / "photos"])
        assert [one.path for one in report.failed] == paths
        assert report.unreadable == before
        assert library.maintenance.check().findings == ()


@pytest.mark.parametrize("photos", [3])
def test_photos_that_come_back_are_no_transaction_each(library: PaintedLibrary, folder: Path, photos: int) -> None:
    names = [paint(folder / f"{number}.png", RED, noise=number).name for number in range(photos)]
    away = folder.with_name("away")
    library.index([folder])
    paint(folder / "other.png", RED, noise=99)
    away.mkdir()
    for name in names:
        (folder / name).rename(away / name)
    assert library.index([folder]).missing == photos
    for name in names:
        (away / name).rename(folder / name)
    report = library.index([folder])
    assert (report.added, report.unchanged, report.missing) == (0, photos + 1, 0)
