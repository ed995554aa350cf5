"""A photo is read once, upright and whole, or refused with a reason; no file stops a run or changes a setting."""

import hashlib
import os
import struct
import threading
import time
import warnings
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile
from pillow_heif import from_pillow

from recog.errors import PhotoError, PhotoTooLargeError, UnreadablePhotoError
from recog.photos import MAX_FILE_BYTES, REASONS, decode_photo, photo_digest, read_photo, read_source

LOSSLESS = ["png", "tiff", "bmp"]
LOSSY = ["jpeg", "webp", "avif", "heif"]
SUFFIXES = [*LOSSLESS, *LOSSY, "gif"]


def picture(width: int = 96, height: int = 64) -> Image.Image:
    """No symmetry at all: brighter to the right, redder to the bottom, and a dark corner."""
    across, down = np.meshgrid(np.linspace(40, 250, width), np.linspace(0, 200, height))
    pixels = np.stack([down, across, 255 - across], axis=-1).astype(np.uint8)
    pixels[: height // 4, : width // 4] = 0
    return Image.fromarray(pixels)


def encoded(suffix: str, image: Image.Image | None = None, **options: object) -> bytes:
    """The picture as a file of a format."""
    image = image or picture()
    file = BytesIO()
    if suffix == "heif":
        from_pillow(image).save(file, quality=90, **options)
    else:
        image.save(file, suffix, **options)
    return file.getvalue()


def changed(path: Path) -> datetime:
    """The file's time, in whole seconds."""
    return datetime.fromtimestamp(path.stat().st_mtime_ns // 10**9, UTC)


def reason_of(path: Path, **options: int) -> str:
    with pytest.raises(PhotoError) as refused:
        read_photo(path, **options)
    assert refused.value.reason in REASONS
    assert str(refused.value).isprintable()
    assert path.name.isprintable() is False or path.name in str(refused.value)
    return refused.value.reason


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_digest_of_its_bytes_and_its_pixels(tmp_path: Path, suffix: str) -> None:
    data = encoded(suffix)
    path = tmp_path / "photo.anything"
    path.write_bytes(data)
    photo = read_photo(path)
    assert photo.sha256 == hashlib.sha256(data).hexdigest() == photo_digest(path)
    assert photo.format == suffix.upper()
    assert (photo.taken_at, photo.taken_from) == (changed(path), "file_time")
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.flags.writeable
    assert photo.pixels.flags.c_contiguous
    far = np.abs(photo.pixels.astype(int) - np.asarray(picture()).astype(int))
    assert far.max() == 0 if suffix in LOSSLESS else far.mean() < 6


def test_a_source_is_decoded_without_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded("png"))
    source = read_source(path)
    path.unlink()
    assert source.sha256 == hashlib.sha256(source.data).hexdigest()
    assert np.array_equal(decode_photo(source).pixels, np.asarray(picture()))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("jpeg", {"quality": 95}),
        ("png", {}),
        ("webp", {"quality": 95}),
        ("tiff", {}),
        ("tiff", {"compression": "tiff_deflate"}),
        ("avif", {"quality": 90}),
        ("heif", {}),
    ],
)
def test_every_orientation_is_turned_upright(
    tmp_path: Path, suffix: str, options: dict[str, object], orientation: int
) -> None:
    """EXIF 2.32: where row 0 and column 0 of the stored picture are when one looks at it."""
    upright = np.asarray(picture())
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored))
    (tmp_path / "photo").write_bytes(encoded(suffix, image, exif=exif.tobytes(), **options))
    pixels = read_photo(tmp_path / "photo").pixels
    assert pixels.shape == upright.shape
    assert np.abs(pixels.astype(int) - upright.astype(int)).mean() < 6


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_leaves_the_photo_as_it_is(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    (tmp_path / "a.png").write_bytes(encoded("png", exif=exif.tobytes()))
    assert np.array_equal(read_photo(tmp_path / "a.png").pixels, np.asarray(picture()))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_no_exif_bytes_cost_the_photo(tmp_path_factory: pytest.TempPathFactory, garbage: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "garbage.jpg"
    for start in (b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0", b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01"):
        path.write_bytes(encoded("jpeg", exif=start + garbage))
        assert sorted(read_photo(path).pixels.shape) == [3, 64, 96]


def test_an_exif_directory_that_contains_itself_ends(tmp_path: Path) -> None:
    entry = struct.pack(">HHII", 0x8769, 4, 1, 8)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 8)
    (tmp_path / "a.jpg").write_bytes(encoded("jpeg", exif=exif))
    assert read_photo(tmp_path / "a.jpg").taken_from == "file_time"


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tiff"])
def test_of_an_animation_the_first_frame_is_the_photo(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(tmp_path / "moving", suffix, save_all=True, append_images=frames[1:])
    assert read_photo(tmp_path / "moving").pixels.mean(axis=(0, 1)) == pytest.approx((255, 0, 0), abs=3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_truncated_photo_is_refused_or_incomplete_unless_only_its_end_marks_are_gone(
    tmp_path: Path, suffix: str
) -> None:
    """Never a picture that is half another photo, or that passes for whole; tests/photos/test_cut_short.py has more."""
    data = encoded(suffix)
    path = tmp_path / "cut"
    path.write_bytes(data)
    whole = read_photo(path).pixels
    for length in sorted({*range(1, 16), *np.linspace(16, len(data) - 1, 85).astype(int).tolist()}):
        path.write_bytes(data[:length])
        try:
            photo = read_photo(path)
        except UnreadablePhotoError:
            continue
        if photo.incomplete:
            assert suffix in ("jpeg", "png")
            continue
        assert length >= len(data) - 24
        assert np.array_equal(photo.pixels, whole)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(SUFFIXES), st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8))
def test_altered_bytes_give_pixels_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, edits: list[tuple[float, int]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "altered"
    data = bytearray(encoded(suffix))
    for where, value in edits:
        # Squared: the headers, at the beginning, are hit more often.
        data[int(where**2 * len(data))] = value
    path.write_bytes(data)
    reason = ""
    try:
        assert read_photo(path, max_pixels=1_000_000).pixels.ndim == 3
    except PhotoError as error:
        reason = error.reason
    assert reason in REASONS | {""}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xff", "not_a_photo"),
        (b"Dear diary,\n", "not_a_photo"),
        (b"<html><body>404</body></html>", "not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "not_a_photo"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported"),
        (b"%PDF-1.7\n", "unsupported"),
        (b"8BPS\0\x01", "unsupported"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "unsupported"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0crx isom", "damaged"),
        (b"II*\0\x10\0\0\0CR\x02\0", "damaged"),
        (b"FUJIFILMCCD-RAW 0201", "damaged"),
        (b"\xff\x0a", "damaged"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "damaged"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"GIF89a", "damaged"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 ", "damaged"),
        (b"II*\0\x08\0\0\0\0\0", "damaged"),
        (b"BM", "damaged"),
        (b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", "damaged"),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "damaged"),
    ],
)
def test_what_is_no_photo_is_refused_by_its_bytes(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(data)
    assert reason_of(tmp_path / "photo.jpg") == reason


def png_of(width: int, height: int) -> bytes:
    """A PNG of 67 bytes that claims any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


GIF_BOMB = b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + b","
GIF_BOMB += struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x02\x02\x4c\x01\x00;"


@pytest.mark.parametrize("data", [png_of(20_000, 20_000), png_of(2**31 - 1, 2**31 - 1), GIF_BOMB])
def test_a_decompression_bomb_is_too_large_before_it_is_decoded(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bomb").write_bytes(data)
    before = time.process_time()
    with pytest.raises(PhotoTooLargeError):
        read_photo(tmp_path / "bomb")
    assert time.process_time() - before < 1.0


def test_the_limit_is_ours_and_is_named_with_the_size(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded("png", picture(2000, 1500)))
    assert read_photo(tmp_path / "a.png", max_pixels=3_000_000).pixels.shape == (1500, 2000, 3)
    with pytest.raises(PhotoTooLargeError, match=r"has 2000 x 1500 = 3\.0 megapixels, the limit is 2\.5") as refused:
        read_photo(tmp_path / "a.png", max_pixels=2_500_000)
    assert refused.value.reason == "too_large"


def test_a_photo_beyond_pillows_own_limit_is_read(tmp_path: Path) -> None:
    """180 megapixels; Pillow by itself refuses from 179, and today's phones take 200."""
    Image.new("1", (18_000, 10_000), 1).save(tmp_path / "large.png")
    pixels = read_photo(tmp_path / "large.png").pixels
    assert pixels.shape == (10_000, 18_000, 3)
    assert pixels[::997, ::997].min() == 255


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse.tif").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(PhotoTooLargeError, match="has 1074 MB, the limit is 1074 MB"):
        read_photo(tmp_path / "sparse.tif")


def test_a_pipe_a_device_and_a_folder_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    for path in (tmp_path / "pipe.jpg", Path("/dev/zero"), tmp_path):
        before = time.process_time()
        assert reason_of(path) == "not_a_file"
        with pytest.raises(UnreadablePhotoError):
            photo_digest(path)
        assert time.process_time() - before < 1.0


def test_an_absent_photo_is_missing(tmp_path: Path) -> None:
    assert reason_of(tmp_path / "absent.jpg") == "missing"
    assert reason_of(tmp_path / ("x" * 300)) == "name_too_long"


def test_a_name_of_any_bytes_is_read_and_shown_on_one_line(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/new\nline\xff.png"))
    path.write_bytes(encoded("png"))
    assert read_photo(path).format == "PNG"
    path.write_bytes(b"")
    with pytest.raises(UnreadablePhotoError, match=r"new\\nline\\xff\.png is empty"):
        read_photo(path)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc: a changing file is not tested")
def test_a_file_that_is_not_as_long_as_it_says_changed_while_it_was_read() -> None:
    with pytest.raises(UnreadablePhotoError, match="changed while it was read") as changed:
        photo_digest(Path("/proc/self/status"))
    assert changed.value.reason == "changed"


def noisy_tiff() -> bytes:
    """A TIFF whose pixels end early in their compressed stream: libtiff writes remarks on that to stderr."""
    data = encoded("tiff", compression="tiff_deflate")
    at = len(data) // 2
    return data[:at] + b"\xff" * 40 + data[at + 40 :]


def odd_png() -> bytes:
    """A palette PNG with transparency in bytes: Pillow warns, and decodes."""
    image = picture().quantize(16)
    return encoded("png", image, transparency=bytes(range(0, 160, 10)))


def test_nothing_reaches_the_terminal_and_no_setting_changes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.tif").write_bytes(noisy_tiff())
    (tmp_path / "b.png").write_bytes(odd_png())
    filters, limit = list(warnings.filters), Image.MAX_IMAGE_PIXELS
    assert reason_of(tmp_path / "a.tif") == "damaged"
    read_photo(tmp_path / "b.png")
    assert capfd.readouterr() == ("", "")
    assert list(warnings.filters) == filters
    assert limit == Image.MAX_IMAGE_PIXELS
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_many_threads_read_at_once_and_leave_the_warnings_as_they_were(tmp_path: Path) -> None:
    filters = list(warnings.filters)
    paths = [tmp_path / f"{number}.png" for number in range(8)]
    for number, path in enumerate(paths):
        path.write_bytes(encoded("png", Image.new("RGB", (200, 100), (number, 2 * number, 3 * number))))
    wrong: list[int] = []

    def read_all() -> None:
        for _ in range(10):
            for number, path in enumerate(paths):
                if read_photo(path).pixels[50, 50].tolist() != [number, 2 * number, 3 * number]:
                    wrong.append(number)

    threads = [threading.Thread(target=read_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert list(warnings.filters) == filters
