"""Of a TIFF whose first page is a thumbnail the photo is read, and what its first page says of it."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from recog.photos import PhotoSource, decode_photo
from recog.photos.tiff_pages import is_raw, with_full_page_first
from recog.types import DecodedPhoto, Pixels
from tests.photos.raw_files import ASCII, LONG, SHORT, Tag, rgb_page, tiff

LARGE: Pixels = np.arange(48 * 64 * 3, dtype=np.uint32).reshape(48, 64, 3).astype(np.uint8)
SMALL: Pixels = np.full((12, 16, 3), 200, np.uint8)
OTHER: Pixels = np.full((90, 90, 3), 20, np.uint8)


def decoded(data: bytes) -> DecodedPhoto:
    return decode_photo(PhotoSource(Path("photo"), data, ""))


def test_a_thumbnail_that_is_the_first_page_is_not_the_photo() -> None:
    data = tiff([rgb_page(SMALL, reduced=True), rgb_page(LARGE, reduced=False)])
    np.testing.assert_array_equal(decoded(data).pixels, LARGE)


def test_the_photo_below_a_thumbnail_is_found() -> None:
    data = tiff([rgb_page(SMALL, reduced=True)], below=[rgb_page(OTHER, reduced=True), rgb_page(LARGE, reduced=False)])
    np.testing.assert_array_equal(decoded(data).pixels, LARGE)


def test_a_first_page_that_is_no_thumbnail_stays_the_photo() -> None:
    data = tiff([rgb_page(LARGE, reduced=False), rgb_page(OTHER, reduced=False)])
    assert with_full_page_first(data) is data
    np.testing.assert_array_equal(decoded(data).pixels, LARGE)


def test_a_thumbnail_alone_and_one_beside_a_mask_are_all_there_is() -> None:
    mask = [(254, LONG, [4]), *rgb_page(OTHER, reduced=False)[0][1:]]
    for pages in ([rgb_page(SMALL, reduced=True)], [rgb_page(SMALL, reduced=True), (mask, OTHER.tobytes())]):
        np.testing.assert_array_equal(decoded(tiff(pages)).pixels, SMALL)


@pytest.mark.parametrize("where", ["first", "photo", "both"])
def test_the_photo_is_turned_as_either_page_says_and_once(where: str) -> None:
    turn: list[Tag] = [(274, SHORT, [6])]
    first = turn if where != "photo" else []
    photo = turn if where != "first" else []
    data = tiff([rgb_page(SMALL, reduced=True, more=first), rgb_page(LARGE, reduced=False, more=photo)])
    np.testing.assert_array_equal(decoded(data).pixels, np.rot90(LARGE, -1))


def test_the_date_of_the_first_page_is_that_of_the_photo() -> None:
    shot: list[Tag] = [(36867, ASCII, b"2019:07:14 18:05:59\0")]
    read = decoded(tiff([rgb_page(SMALL, reduced=True), rgb_page(LARGE, reduced=False)], shot=shot))
    assert read.taken_at == datetime.fromisoformat("2019-07-14T18:05:59")
    assert read.taken_from == "exif_original"


def test_directories_without_end_or_beyond_the_file_end() -> None:
    data = bytearray(tiff([rgb_page(SMALL, reduced=True), rgb_page(LARGE, reduced=False)]))
    for at in range(0, len(data) - 4, 7):
        for value in (b"\xff\xff\xff\xff", data[4:8], bytes(4)):
            odd = bytes(data[:at] + value + data[at + 4 :])
            if odd[:4] == b"II*\0":
                is_raw(odd)
                with_full_page_first(odd)
