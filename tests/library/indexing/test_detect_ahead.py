"""Faces are detected in threads: in order, once for each content, with few photos in memory."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recog.errors import UnreadablePhotoError
from recog.library.indexing.detect_ahead import CutPhoto, detect_ahead
from recog.library.probes import CutFaces
from recog.photos import KnownContent, Opened
from recog.types import DecodedPhoto, FileStat

NO_FACES = CutFaces((), np.empty((0, 16, 16, 3), np.uint8), ())


def stat(number: int) -> FileStat:
    return FileStat(Path(f"{number}.png"), 1, number)


def photo(digest: str, *, width: int = 8, height: int = 4) -> DecodedPhoto:
    return DecodedPhoto(digest, np.zeros((height, width, 3), np.uint8), "PNG", None)


def slow_first(photo: DecodedPhoto) -> CutFaces:
    """Take longer for earlier photos."""
    time.sleep(0.03 / int(photo.sha256))
    return NO_FACES


def test_photos_come_in_order_and_what_is_no_new_photo_passes() -> None:
    error = UnreadablePhotoError("c is damaged", reason="damaged")
    opened: list[Opened] = [photo("1"), photo("2"), error, KnownContent("k"), photo("3"), photo("known"), photo("2")]
    found = list(detect_ahead(map_stats(opened), known={"known"}, cut=slow_first, threads=4))
    assert [one for one, _ in found] == [stat(number) for number in range(7)]
    expected = [CutPhoto(digest, 8, 4, None, NO_FACES) for digest in "123"]
    assert [one for _, one in found] == [
        expected[0], expected[1], error, KnownContent("k"), expected[2], KnownContent("known"), KnownContent("2"),
    ]  # fmt: skip


def map_stats(opened: list[Opened]) -> Iterator[tuple[FileStat, Opened]]:
    return ((stat(number), one) for number, one in enumerate(opened))


def test_as_many_photos_as_threads_are_searched_at_once() -> None:
    """Each of three photos waits until all three are being processed."""
    gate = threading.Barrier(3, timeout=60)

    def cut(_: DecodedPhoto) -> CutFaces:
        gate.wait()
        return NO_FACES

    photos: list[Opened] = [photo(str(number)) for number in range(9)]
    assert len(list(detect_ahead(map_stats(photos), known=(), cut=cut, threads=3))) == 9


def test_a_photo_whose_full_pixels_are_gone_costs_itself_and_not_its_copy() -> None:
    error = UnreadablePhotoError("0.png is missing", reason="missing")

    class OnceGone:
        asked = 0

        def __call__(self, photo: DecodedPhoto) -> CutFaces:
            self.asked += 1
            if self.asked == 1:
                raise error
            return NO_FACES

    opened: list[Opened] = [photo("1"), photo("1"), photo("1"), photo("2")]
    found = [one for _, one in detect_ahead(map_stats(opened), known=(), cut=OnceGone(), threads=1)]
    assert found == [error, CutPhoto("1", 8, 4, None, NO_FACES), KnownContent("1"), CutPhoto("2", 8, 4, None, NO_FACES)]


@pytest.mark.parametrize(("side", "most"), [(4, 25), (7000, 2)])
def test_few_photos_are_held_and_fewer_large_ones(side: int, most: int) -> None:
    """At most twelve photos a thread, and one more, are in memory; of photos of 147 MB each, two."""
    taken = 0
    zeros = np.zeros((1, 1, 3), np.uint8)

    def photos() -> Iterator[tuple[FileStat, Opened]]:
        nonlocal taken
        for number in range(40):
            taken += 1
            yield stat(number), DecodedPhoto(str(number), np.broadcast_to(zeros, (side, side, 3)), "PNG", None)

    held = []
    for returned, _ in enumerate(detect_ahead(photos(), known=(), cut=lambda _: NO_FACES, threads=2)):
        held.append(taken - returned)
    assert max(held) == most


def test_an_error_of_a_thread_is_the_callers_and_the_threads_end() -> None:
    def cut(_: DecodedPhoto) -> CutFaces:
        raise RuntimeError("the network is gone")

    photos: list[Opened] = [photo(str(number)) for number in range(9)]
    before = threading.active_count()
    with pytest.raises(RuntimeError, match="the network is gone"):
        list(detect_ahead(map_stats(photos), known=(), cut=cut, threads=2))
    assert threading.active_count() == before
