"""Photos are decoded ahead, in order, and a dangerous photo costs only itself."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.errors import PhotoError
from recog.library.indexing.decode_ahead import decode_ahead, decoding_processes
from recog.photos import DecodeLimits, DecodePool, KnownContent, photo_digest, read_photo, stat_photo
from recog.store.records import FailedFile
from recog.types import Area, DecodedPhoto, FileStat
from tests.painted import GREEN, RED, PaintedLibrary, paint

LIMITS = DecodeLimits(seconds=30, megabytes=512)


def dangerous(processes: int) -> DecodePool:
    return DecodePool(LIMITS, processes=processes, worker="tests.dangerous_worker")


@pytest.mark.parametrize("processes", [1, 3])
def test_photos_come_in_order_and_a_crash_costs_one(tmp_path: Path, processes: int) -> None:
    names = ["a", "segfault-b", "c", "d", "exit-e", "f", "g", "h"]
    files = [stat_photo(paint(tmp_path / f"{name}.png", RED, noise=n)) for n, name in enumerate(names)]
    known = {photo_digest(files[6].path)}
    outcomes = []
    with dangerous(processes) as pool:
        opened_all = decode_ahead(files, known=known, pool=pool, processes=processes)
        for number, (stat, opened) in enumerate(opened_all):
            assert stat == files[number]
            if isinstance(opened, DecodedPhoto):
                np.testing.assert_array_equal(opened.pixels[0, 0], (number, 0, 0))
            outcomes.append(opened.reason if isinstance(opened, PhotoError) else type(opened).__name__)
    decoded = DecodedPhoto.__name__
    crashed = [decoded, "crashed", decoded, decoded, "crashed", decoded]
    assert outcomes == [*crashed, KnownContent.__name__, decoded]


def test_a_slow_disk_is_waited_for_by_all_processes_at_once_and_no_further_ahead_than_they_work(tmp_path: Path) -> None:
    """Each of three photos waits until all three are being read.

    Each is passed on when it is decoded, so progress is reported while the next ones are being read.
    """
    files = [stat_photo(paint(tmp_path / f"meet-{n}.png", RED, noise=n)) for n in range(9)]
    asked = 0

    def counted() -> Iterator[FileStat]:
        nonlocal asked
        for stat in files:
            asked += 1
            yield stat

    ahead = []
    with dangerous(3) as pool:
        for number, (_, opened) in enumerate(decode_ahead(counted(), known=(), pool=pool, processes=3)):
            assert isinstance(opened, DecodedPhoto)
            ahead.append(asked - number - 1)
    assert max(ahead) <= 3 + 1


def test_where_nothing_is_to_be_decoded_no_process_is_started() -> None:
    """A process with a module that does not exist could not start."""
    with DecodePool(LIMITS, worker="recog.no_such_worker") as pool:
        assert list(decode_ahead([], known=(), pool=pool, processes=1)) == []


def test_whoever_stops_early_does_not_wait_for_a_photo_that_hangs(tmp_path: Path) -> None:
    files = [stat_photo(paint(tmp_path / f"{name}.png", RED)) for name in ("a", "hang-b", "hang-c", "d")]
    with dangerous(1) as pool:
        photos = decode_ahead(files, known=(), pool=pool, processes=1)
        next(photos)
        began = time.monotonic()
        photos.close()
        assert time.monotonic() - began < LIMITS.seconds / 2


def test_full_pixels_can_be_had_after_the_last_photo(tmp_path: Path) -> None:
    files = []
    for number in range(3):
        Image.effect_noise((200, 100), 50 + number).convert("RGB").save(tmp_path / f"{number}.jpg")
        files.append(stat_photo(tmp_path / f"{number}.jpg"))
    with DecodePool(LIMITS, processes=1) as pool:
        photos = [opened for _, opened in decode_ahead(files, known=(), pool=pool, processes=1, longest=100)]
        for stat, photo in zip(files, photos, strict=True):
            assert isinstance(photo, DecodedPhoto)
            assert photo.reduced is not None
            assert photo.pixels.shape == (50, 100, 3)
            (pixels,) = photo.reduced.areas([Area(10, 20, 50, 40)])
            np.testing.assert_array_equal(pixels, read_photo(stat.path).pixels[20:40, 10:50])


def test_half_of_the_cores_decode() -> None:
    assert 1 <= decoding_processes() <= 8


@pytest.mark.parametrize("reason", ["crashed", "timeout"])
def test_a_photo_that_was_given_up_is_opened_again_only_when_it_changes(
    library: PaintedLibrary, folder: Path, reason: str
) -> None:
    """Otherwise every run would wait for its time limit again."""
    paint(folder / "a.png", RED)
    paint(folder / "b.png", GREEN)
    library.index([folder])
    bad = paint(folder / "bad.png", RED, noise=7)
    library.context.catalog.files.record_failures([FailedFile(stat_photo(bad), reason, "it did")])
    report = library.index([folder])
    assert (report.unchanged, report.unreadable, report.added) == (2, 1, 0)
    assert [one.reason for one in report.failed] == [reason]
    bad.touch()
    report = library.index([folder])
    assert (report.unchanged, report.changed, report.failed) == (2, 1, ())
