"""What a photo file says beside its pixels, out of files that anybody may have written."""

import hashlib
import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 - so that Pillow can write the files
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from recog.errors import PhotoError
from recog.photos import (
    DecodeLimits,
    DecodePool,
    PhotoMetadata,
    PhotoSource,
    read_metadata,
    read_photo,
    read_source,
    stored_orientation,
)
from recog.photos.formats import HEAD_BYTES
from recog.photos.metadata import MAX_PACKET_BYTES
from tests.photos.raw_files import BYTE, CAMERA, SHORT, Tag, jpeg_of, jpeg_page, rgb_page, sensor_page, tiff

PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"


def written(path: Path, packet: bytes = PACKET, orientation: int = 6) -> Path:
    picture = Image.new("RGB", (40, 24), (9, 99, 9))
    exif = picture.getexif()
    exif[0x0112] = orientation
    match path.suffix:
        case ".png":
            info = PngInfo()
            info.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
            picture.save(path, pnginfo=info, exif=exif)
        case ".tif":
            picture.save(path, exif=exif, tiffinfo={700: packet, 0x0112: orientation})
        case ".heic":
            pillow_heif.from_pillow(picture).save(path, xmp=packet, exif=exif.tobytes())
        case _:
            picture.save(path, exif=exif, xmp=packet)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "avif", "heic"])
def test_the_xmp_and_the_turn_of_every_format_are_read(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"a.{suffix}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_metadata(read_source(path)) == PhotoMetadata(digest, 6, suffix == "heic", (PACKET,))


def test_what_stands_behind_a_png_s_pixels_is_read_too(tmp_path: Path) -> None:
    """Where some programs write it: XMP, and the EXIF that the decoder turns the picture by."""
    path = tmp_path / "a.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 24)).save(path)
    data = path.read_bytes()
    chunks = b"".join(
        struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        for body in (
            b"iTXt" + b"XML:com.adobe.xmp\0\0\0\0\0" + PACKET,
            b"eXIf" + exif.tobytes().removeprefix(b"Exif\0\0"),
        )
    )
    end = data.index(b"IEND") - 4
    path.write_bytes(data[:end] + chunks + data[end:])
    found = read_metadata(read_source(path))
    assert (found.packets, found.orientation) == ((PACKET,), 6)
    assert read_photo(path).pixels.shape[:2] == (40, 24)


def test_the_xmp_and_the_turn_of_a_tiff_may_stand_in_its_thumbnail() -> None:
    """Where scanners and cameras write them: the thumbnail is the first page."""
    said: list[Tag] = [(274, SHORT, [6]), (700, BYTE, list(PACKET))]
    small, large = (np.full((height, 40, 3), 90, np.uint8) for height in (24, 48))
    data = tiff([rgb_page(small, reduced=True, more=said), rgb_page(large, reduced=False)])
    assert look(data) == PhotoMetadata("0" * 64, 6, turned_by_format=False, packets=(PACKET,))
    assert stored_orientation(PhotoSource(Path("a"), data, "")) == 6


def test_the_xmp_and_the_turn_of_a_raw_file_are_read_wherever_its_directories_are() -> None:
    preview = jpeg_of(np.full((240, 320, 3), 90, np.uint8))
    tags: list[Tag] = [*CAMERA, (274, SHORT, [6]), (700, BYTE, list(PACKET))]
    data = tiff([jpeg_page(preview, (320, 240), tags)], below=[sensor_page(640, 480)])
    assert int.from_bytes(data[4:8], "little") > HEAD_BYTES
    assert look(data) == PhotoMetadata("0" * 64, 6, turned_by_format=True, packets=(PACKET,))


def test_the_xmp_of_a_jpeg_xl_is_read() -> None:
    file = BytesIO()
    Image.new("RGB", (40, 24)).save(file, "JXL", xmp=PACKET)
    assert look(file.getvalue()) == PhotoMetadata("0" * 64, 1, turned_by_format=True, packets=(PACKET,))


def test_a_photo_without_xmp_has_none(tmp_path: Path) -> None:
    for suffix in ("jpg", "png", "gif", "bmp"):
        Image.new("RGB", (40, 24)).save(tmp_path / f"a.{suffix}")
        assert read_metadata(read_source(tmp_path / f"a.{suffix}")).packets == ()


def extended(whole: bytes, size: int = 65_000, *, drop: int | None = None, digest: bytes | None = None) -> bytes:
    """A JPEG whose XMP goes on in segments of their own, in the wrong order as the specification allows."""
    digest = digest or hashlib.md5(whole).hexdigest().upper().encode()  # noqa: S324 - the format's own digest
    main = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" note="' + digest + b'"/>'
    bodies = [b"http://ns.adobe.com/xap/1.0/\0" + main]
    parts = [
        _EXTENSION + digest + struct.pack(">II", len(whole), at) + whole[at : at + size]
        for at in range(0, len(whole), size)
    ]
    bodies += [part for row, part in enumerate(reversed(parts)) if row != drop]
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body for body in bodies)
    return b"\xff\xd8" + segments + jpeg()[2:]


def jpeg() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 24)).save(file, "JPEG")
    return file.getvalue()


def look(data: bytes) -> PhotoMetadata:
    return read_metadata(PhotoSource(Path("a.jpg"), data, "0" * 64))


def test_the_xmp_of_more_than_64_kb_is_put_together_from_its_segments() -> None:
    whole = b"<x>" + random.Random(1).randbytes(70_000).hex().encode() + b"</x>"
    assert look(extended(whole)).packets[1] == whole
    assert len(look(extended(whole, drop=1)).packets) == 1, "a part is missing"
    strange = extended(whole).replace(b' note="', b' note="no')
    assert look(strange).packets[1:] == (whole,)
    assert len(look(extended(whole, digest=b"0" * 32).replace(b'note="0', b'note="1')).packets) == 1, "another's"


@pytest.mark.parametrize("data", [b"", b"no photo", b"\xff\xd8\xff", b"II*\x00\xff\xff\xff\xff", b"\x89PNG\r\n\x1a\n1"])
def test_a_broken_file_has_no_metadata(data: bytes) -> None:
    assert look(data) == PhotoMetadata("0" * 64, 1, turned_by_format=False, packets=())


def test_a_packet_that_is_too_long_is_cut_so_that_its_reader_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (4, 4)).save(path, tiffinfo={700: b"x" * (MAX_PACKET_BYTES + 100)})
    (packet,) = read_metadata(read_source(path)).packets
    assert len(packet) == MAX_PACKET_BYTES + 1


def test_any_bytes_changed_are_read_or_not_there(tmp_path: Path) -> None:
    draw = random.Random(5)
    photos = [written(tmp_path / f"a.{suffix}").read_bytes() for suffix in ("jpg", "png", "tif", "webp")]
    for _ in range(400):
        data = bytearray(draw.choice([*photos, extended(b"<x/>" * 30_000)]))
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(min(len(data), 2000))
            data[at : at + draw.randint(0, 3)] = draw.randbytes(draw.randint(0, 3))
        assert look(bytes(data)).orientation in range(1, 9)


def test_metadata_come_out_of_a_process_as_they_are_read_here(tmp_path: Path) -> None:
    whole = b"<x>" + bytes(100_000).hex().encode() + b"</x>"
    (tmp_path / "b.jpg").write_bytes(extended(whole))
    with DecodePool(DecodeLimits()) as pool:
        for path in (written(tmp_path / "a.jpg"), tmp_path / "b.jpg"):
            assert pool.metadata(path) == read_metadata(read_source(path))
        missing = pool.metadata(tmp_path / "none.jpg")
        assert isinstance(missing, PhotoError)
        assert missing.reason == "missing"


@pytest.mark.parametrize(("deed", "reason"), [("segfault", "crashed"), ("hang", "timeout"), ("babble", "crashed")])
def test_a_photo_whose_metadata_kill_the_process_cost_that_photo_alone(tmp_path: Path, deed: str, reason: str) -> None:
    with DecodePool(DecodeLimits(seconds=3), worker="tests.dangerous_worker") as pool:
        refused = pool.metadata(written(tmp_path / f"{deed}.jpg"))
        assert isinstance(refused, PhotoError)
        assert refused.reason == reason
        assert isinstance(pool.metadata(written(tmp_path / "a.jpg")), PhotoMetadata)


@pytest.mark.data
def test_two_portraits_and_a_phone_s_photo_say_what_they_are(data: Path) -> None:
    for name, orientation, packets in (
        ("portrait.jpg", 1, 1),
        ("portrait-orientation-6.jpg", 6, 1),
        ("iphone.heic", 1, 0),
    ):
        found = read_metadata(read_source(data / "regions" / name))
        assert (found.orientation, len(found.packets)) == (orientation, packets), name
