"""Camera raw files by their previews, and JPEG XL: upright with their extras, counted and named without."""

import json
import subprocess
import sys
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pillow_jxl  # noqa: F401 - so that Pillow can write the files
import pytest
from PIL import Image

from recog.errors import PhotoTooLargeError, UnreadablePhotoError
from recog.photos import (
    DecodeLimits,
    DecodePool,
    PhotoSource,
    decode_photo,
    extra_of,
    photo_suffixes,
    stored_orientation,
)
from recog.photos.jxl import jxl_size
from recog.types import DecodedPhoto, Pixels
from tests.photos.raw_files import ASCII, CAMERA, SHORT, Tag, jpeg_of, jpeg_page, rgb_page, sensor_page, tiff

RAW_SUFFIXES = {".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf", ".pef", ".srw"}
TURNS = {1: 0, 3: 2, 6: -1, 8: 1}
"""EXIF's orientations, and the quarter turns to the left that make the picture upright."""


def scene(width: int = 320, height: int = 240) -> Pixels:
    """Red above, green to the left, blue elsewhere: every turn looks different."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:] = 20, 20, 200
    pixels[: height // 4] = 250, 20, 20
    pixels[:, : width // 8] = 20, 220, 20
    return pixels


def decoded(data: bytes, **options: int) -> DecodedPhoto:
    return decode_photo(PhotoSource(Path("photo"), data, ""), **options)


def dng(jpeg: bytes, *, turn: int = 1, size: tuple[int, int] = (320, 240)) -> bytes:
    """A DNG of a sensor of 640 x 480 with a JPEG as its preview."""
    tags: list[Tag] = [*CAMERA, (274, SHORT, [turn])]
    shot: list[Tag] = [(36867, ASCII, b"2018:07:14 18:05:59\0")]
    return tiff([jpeg_page(jpeg, size, tags)], below=[sensor_page(640, 480)], shot=shot)


def jxl(pixels: Pixels, **options: object) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JXL", **options)
    return file.getvalue()


def near(read: Pixels, wanted: Pixels) -> bool:
    return read.shape == wanted.shape and float(np.abs(read.astype(int) - wanted).mean()) < 4


@pytest.mark.parametrize("turn", TURNS)
def test_the_preview_of_a_raw_file_is_upright(turn: int) -> None:
    read = decoded(dng(jpeg_of(scene()), turn=turn))
    assert read.format == "RAW"
    assert near(read.pixels, np.rot90(scene(), TURNS[turn]))
    assert stored_orientation(PhotoSource(Path("a"), dng(jpeg_of(scene()), turn=turn), "")) == turn


def test_a_preview_that_the_camera_turned_is_not_turned_again() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Recog"  # metadata of its own, without an orientation
    portrait = scene(240, 320)
    assert near(decoded(dng(jpeg_of(portrait, exif=exif), turn=6, size=(240, 320))).pixels, portrait)
    assert near(decoded(dng(jpeg_of(portrait), turn=6, size=(240, 320))).pixels, portrait)
    landscape = jpeg_of(scene(), exif=exif)
    assert near(decoded(dng(landscape, turn=6)).pixels, np.rot90(scene(), -1))


def test_a_preview_with_an_orientation_of_its_own_is_turned_by_that() -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    plain, block = jpeg_of(scene()), exif.tobytes()
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    assert near(decoded(dng(plain[:2] + segment + plain[2:], turn=6)).pixels, np.rot90(scene(), 1))


def test_the_date_of_a_raw_file_is_the_cameras() -> None:
    read = decoded(dng(jpeg_of(scene())))
    assert (read.taken_at, read.taken_from) == (datetime.fromisoformat("2018-07-14T18:05:59"), "exif_original")


def test_a_preview_of_pixels_is_read_and_turned() -> None:
    data = tiff([rgb_page(scene(), reduced=True, more=[*CAMERA, (274, SHORT, [8])])], below=[sensor_page(640, 480)])
    assert near(decoded(data).pixels, np.rot90(scene(), 1))


@pytest.mark.parametrize("turn", TURNS)
def test_a_raw_file_with_no_preview_or_a_tiny_one_is_developed_upright(turn: int) -> None:
    tags, data = sensor_page(640, 480)
    alone = tiff([([*tags, *CAMERA, (274, SHORT, [turn])], data)])
    tiny = dng(jpeg_of(scene(32, 24)), turn=turn, size=(32, 24))
    for file in (alone, tiny):
        assert decoded(file).pixels.shape == ((240, 320, 3) if turn in (1, 3) else (320, 240, 3))


def test_a_raw_file_that_ends_early_or_is_too_large_is_refused() -> None:
    data = dng(jpeg_of(scene()))
    with pytest.raises(UnreadablePhotoError) as refused:
        decoded(data[:400])
    assert refused.value.reason == "damaged"
    with pytest.raises(PhotoTooLargeError):
        decoded(data, max_pixels=1000)


def test_jpeg_xl_is_read_and_its_decoder_alone_turns_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2018:07:14 18:05:59"
    for data in (jxl(scene()), jxl(scene(), lossless=True), jxl(scene(), exif=exif.tobytes())):
        read = decoded(data)
        assert read.format == "JXL"
        assert near(read.pixels, scene())
        assert stored_orientation(PhotoSource(Path("a"), data, "")) == 1
    assert read.taken_at == datetime.fromisoformat("2018-07-14T18:05:59")


@pytest.mark.parametrize("turn", TURNS)
def test_a_jpeg_kept_in_jpeg_xl_is_upright(tmp_path: Path, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    (tmp_path / "a.jpg").write_bytes(jpeg_of(scene(), exif=exif))
    file = BytesIO()
    with Image.open(tmp_path / "a.jpg") as image:
        image.save(file, "JXL", lossless_jpeg=True)
    assert near(decoded(file.getvalue()).pixels, np.rot90(scene(), TURNS[turn]))


@pytest.mark.parametrize("size", [(320, 240), (8, 8), (7, 9), (1000, 3), (64, 64), (160, 90), (2000, 1000), (9000, 1)])
def test_the_size_of_a_jpeg_xl_is_known_before_it_is_decoded(size: tuple[int, int]) -> None:
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    assert jxl_size(jxl(pixels)) == jxl_size(jxl(pixels, use_container=True)) == size
    with pytest.raises(PhotoTooLargeError, match=f"has {size[0]} x {size[1]} = "):
        decoded(jxl(pixels), max_pixels=size[0] * size[1] - 1)


@pytest.mark.parametrize(
    ("mode", "colour", "wanted"),
    [("RGBA", (200, 30, 20, 255), (200, 30, 20)), ("L", 90, (90, 90, 90)), ("LA", (90, 255), (90, 90, 90))],
)
def test_every_mode_of_jpeg_xl_shows_its_colour(
    mode: str, colour: int | tuple[int, ...], wanted: tuple[int, int, int]
) -> None:
    file = BytesIO()
    Image.new(mode, (32, 24), colour).save(file, "JXL", lossless=True)
    assert decoded(file.getvalue()).pixels.reshape(-1, 3).mean(axis=0) == pytest.approx(wanted, abs=2)


def test_both_come_out_of_the_decoding_process(tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(dng(jpeg_of(scene()), turn=6))
    (tmp_path / "a.jxl").write_bytes(jxl(scene()))
    with DecodePool(DecodeLimits()) as pool:
        for name, wanted in (("a.dng", np.rot90(scene(), -1)), ("a.jxl", scene())):
            opened = pool.open(tmp_path / name)
            assert isinstance(opened, DecodedPhoto), opened
            assert near(opened.pixels, wanted)


def test_with_the_extras_their_suffixes_are_photos() -> None:
    assert photo_suffixes() >= RAW_SUFFIXES | {".jxl"}
    assert {extra_of(suffix) for suffix in RAW_SUFFIXES} == {"raw"}
    assert (extra_of(".JXL"), extra_of(".psd"), extra_of(".jpg")) == ("jxl", None, None)


def test_without_the_extras_pictures_are_counted_by_suffix_and_the_extra_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(scene()).save(folder / "a.jpg")
    for name in ("1.CR3", "2.cr3", "3.cr3", "1.jxl", "2.jxl", "x.psd", "film.mp4", "notes.txt"):
        (folder / name).write_bytes(b"x")
    (folder / "raw.tif").write_bytes(dng(jpeg_of(scene())))
    code = """
import json, sys
sys.modules["rawpy"] = sys.modules["pillow_jxl"] = None  # as if neither were installed
from pathlib import Path
from recog.errors import PhotoError
from recog.photos import read_photo
from recog.render.as_json import to_plain
from recog.render.text_photos import ingest
from tests.painted import painted_library

folder = Path(sys.argv[1])
with painted_library(folder.parent / "library") as library:
    report = library.index([folder], dry_run=True)
try:
    read_photo(folder / "raw.tif")
except PhotoError as error:
    refused = [error.reason, str(error)]
only = folder.parent / "only"
only.mkdir()
(only / "a.cr2").write_bytes(b"x")
with painted_library(folder.parent / "library") as library:
    try:
        library.index([only])
    except Exception as error:
        nothing = str(error)
print(json.dumps([ingest(report), to_plain(report)["passed_over"], refused, nothing]))
"""
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    text, passed_over, refused, nothing = json.loads(done.stdout)
    assert "3 .cr3 and 2 .jxl photos were passed over: pip install 'recog[jxl,raw]'" in text
    assert "1 .psd photo was passed over, which recog does not read: save them as JPEG or PNG" in text
    assert passed_over == [
        {"suffix": ".cr3", "count": 3, "extra": "raw"},
        {"suffix": ".jxl", "count": 2, "extra": "jxl"},
        {"suffix": ".psd", "count": 1, "extra": None},
    ]
    assert refused[0] == "no_decoder"
    assert refused[1].endswith("needs a decoder that is not installed: pip install 'recog[raw]'")
    assert nothing.endswith("but some that an extra reads: pip install 'recog[raw]'")
