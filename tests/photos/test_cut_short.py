"""A file that ends early is read as far as it is there, and what is not there is said."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.errors import UnreadablePhotoError
from recog.photos import DecodeLimits, DecodePool, PhotoSource, decode_photo, read_photo
from recog.types import DecodedPhoto, Pixels

GREY = 128
WIDTH, HEIGHT = 200, 320


def scene() -> Image.Image:
    """Blocks of colour under noise: no row is like another, and none is grey."""
    random = np.random.default_rng(5)
    blocks = np.kron(random.integers(0, 256, (HEIGHT // 10, WIDTH // 10, 3)), np.ones((10, 10, 1)))
    return Image.fromarray((0.8 * blocks + random.integers(0, 50, (HEIGHT, WIDTH, 3))).astype(np.uint8))


def encoded(suffix: str, image: Image.Image | None = None, **options: object) -> bytes:
    file = BytesIO()
    (image or scene()).save(file, suffix, **options)
    return file.getvalue()


def jpeg(**options: object) -> bytes:
    file = BytesIO()
    scene().save(file, "JPEG", **{"quality": 85} | options)
    return file.getvalue()


def decoded(data: bytes) -> DecodedPhoto:
    return decode_photo(PhotoSource(Path("photo"), data, ""))


def rows_there(pixels: Pixels) -> int:
    """Rows above those that are plain grey."""
    there = np.flatnonzero((pixels != GREY).any(axis=(1, 2)))
    return 0 if not there.size else int(there[-1]) + 1


kinds = pytest.mark.parametrize(
    "options",
    [
        {},
        {"progressive": True},
        {"subsampling": 0},
        {"restart_marker_blocks": 7},
        {"restart_marker_rows": 1},
        {"progressive": True, "restart_marker_blocks": 5},
    ],
    ids=lambda options: "-".join(options) or "baseline",
)
endings = pytest.mark.parametrize(
    "ending",
    [b"", b"\xff", b"\0\0", b"\xff\0", bytes(5000), b"\0\0Panorama_Shot_Info\xff\x12\0SEFT", b"rest\xff\xff\x7f" * 50],
    ids=["none", "half", "zeros", "a-zero", "many-zeros", "trailer", "garbage"],
)


@kinds
@endings
def test_a_jpeg_without_its_end_mark_is_whole(options: dict[str, object], ending: bytes) -> None:
    data = jpeg(**options)
    photo = decoded(data[:-2] + ending)
    np.testing.assert_array_equal(photo.pixels, decoded(data).pixels)
    assert not photo.incomplete


@kinds
def test_a_jpeg_with_something_behind_its_end_mark_is_whole(options: dict[str, object]) -> None:
    data = jpeg(**options)
    for trailer in (bytes(3000), b"\0\0Panorama_Shot_Info\xff\x12\0SEFT", data[: len(data) // 2]):
        photo = decoded(data + trailer)
        np.testing.assert_array_equal(photo.pixels, decoded(data).pixels)
        assert not photo.incomplete


@pytest.mark.parametrize("zeros", [False, True], ids=["cut", "zeros"])
@kinds
def test_of_a_jpeg_cut_anywhere_no_row_is_made_up(options: dict[str, object], *, zeros: bool) -> None:
    """A hundred places, and each restart mark: the rows that are kept are the file's, those that are not are grey."""
    data = jpeg(**options)
    whole = decoded(data).pixels.astype(int)
    marks = [at for at in range(700, len(data) - 2) if data[at] == 0xFF and 0xD0 <= data[at + 1] < 0xD8]
    used = refused = 0
    for length in [
        *np.linspace(4, len(data) - 3, 100).astype(int).tolist(),
        *marks[::9],
        *(at + 1 for at in marks[::9]),
    ]:
        cut = data[:length] + (bytes(len(data) - length) if zeros else b"")
        try:
            photo = decoded(cut)
        except UnreadablePhotoError as error:
            assert error.reason == "damaged"  # noqa: PT017 - one of two allowed outcomes
            refused += 1
            continue
        used += 1
        assert photo.incomplete
        assert photo.pixels.shape == whole.shape
        there = rows_there(photo.pixels)
        assert there >= HEIGHT / 2
        difference = np.abs(photo.pixels.astype(int) - whole)[:there]
        if options.get("progressive"):
            assert difference.mean() < 20, "the first approximations of every coefficient"
        else:
            assert difference.max() == 0
            assert there >= (length - 700) / len(data) * HEIGHT - 48, "no more than two rows of blocks are given up"
    assert min(used, refused) > 20


def test_less_than_half_of_the_rows_is_refused_with_the_count() -> None:
    data = jpeg()
    with pytest.raises(UnreadablePhotoError, match=r"photo is cut short, and \d+ of its 320 rows are there: copy it"):
        decoded(data[: len(data) // 3])


def test_a_jpeg_whose_last_scans_were_never_sent_is_incomplete() -> None:
    """Cut between two scans nothing is half there, and the decoder misses nothing."""
    data = jpeg(progressive=True)
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    assert len(scans) == 10
    for at in (scans[-1], scans[-2]):
        assert decoded(data[:at]).incomplete
        assert decoded(data[:at] + b"\0\0").incomplete
    with pytest.raises(UnreadablePhotoError, match=r"0 of its 320 rows"):
        decoded(data[: scans[3]])


@pytest.mark.parametrize("missing", [1, 2, 6, 9])
def test_a_jpeg_that_ends_before_its_last_scans_is_incomplete_though_its_end_mark_is_there(missing: int) -> None:
    data = jpeg(progressive=True)
    scans = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"]
    photo = decoded(data[: scans[-missing]] + data[-2:])
    assert photo.incomplete
    assert rows_there(photo.pixels) == HEIGHT
    assert not decoded(data).incomplete


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_missing_rows_are_turned_with_the_photo(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg(exif=exif)
    photo = decoded(data[: len(data) * 3 // 4])
    grey = (photo.pixels == GREY).all(axis=2)
    sides = {3: grey[0], 6: grey[:, 0], 8: grey[:, -1]}
    assert sides[orientation].all()
    assert not grey[-1 if orientation == 3 else 0].all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "LA", "I;16"])
def test_of_a_png_cut_anywhere_no_row_is_made_up(mode: str) -> None:
    image = Image.fromarray(np.asarray(scene().convert("L")).astype(np.uint16) * 256) if mode == "I;16" else None
    data = encoded("png", image or scene().convert(mode))
    whole = decoded(data).pixels
    used = refused = 0
    for length in np.linspace(10, len(data) - 24, 100).astype(int).tolist():
        for cut in (data[:length], data[:length] + bytes(len(data) - length)):
            try:
                photo = decoded(cut)
            except UnreadablePhotoError:
                refused += 1
                continue
            used += 1
            there = rows_there(photo.pixels)
            assert there >= HEIGHT / 2
            np.testing.assert_array_equal(photo.pixels[:there], whole[:there])
            assert photo.incomplete or there == HEIGHT
    assert min(used, refused) > 50


def test_an_interlaced_png_that_ends_early_is_refused() -> None:
    """It sends all rows seven times: which of them are there cannot be told from their number."""
    header = bytearray(encoded("png", Image.new("RGB", (64, 64), "red")))
    header[28] = 1
    with pytest.raises(UnreadablePhotoError) as refused:
        decoded(bytes(header[:-12]))
    assert refused.value.reason == "damaged"


@pytest.mark.parametrize("suffix", ["webp", "gif", "avif", "tiff", "bmp"])
def test_other_formats_that_end_early_stay_refused(suffix: str) -> None:
    data = encoded(suffix)
    with pytest.raises(UnreadablePhotoError):
        decoded(data[: len(data) * 3 // 4])


def test_the_mark_comes_out_of_the_decoding_process(tmp_path: Path) -> None:
    data = jpeg()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) * 3 // 4])
    (tmp_path / "whole.jpg").write_bytes(data[:-2])
    with DecodePool(DecodeLimits()) as pool:
        for name, incomplete in (("cut.jpg", True), ("whole.jpg", False)):
            there, here = pool.open(tmp_path / name), read_photo(tmp_path / name)
            assert isinstance(there, DecodedPhoto)
            assert there.incomplete is here.incomplete is incomplete
            np.testing.assert_array_equal(there.pixels, here.pixels)
