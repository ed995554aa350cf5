"""TIFFs whose first page is a thumbnail, and camera raw files (DNG), made by hand."""

import struct
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from recog.types import Pixels

BYTE, ASCII, SHORT, LONG, SRATIONAL, RATIONAL = 1, 2, 3, 4, 10, 5
_FORMATS = {BYTE: "B", ASCII: "s", SHORT: "H", LONG: "I"}

Tag = tuple[int, int, Sequence[object] | bytes]
"""Number, type, values."""


def jpeg_of(pixels: Pixels, **options: object) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", **{"quality": 95} | options)
    return file.getvalue()


def rgb_page(pixels: Pixels, *, reduced: bool, more: Sequence[Tag] = ()) -> tuple[list[Tag], bytes]:
    """The tags and the data of an uncompressed RGB picture; reduced: it calls itself a smaller version of another."""
    height, width = pixels.shape[:2]
    tags: list[Tag] = [(254, LONG, [int(reduced)]), (256, LONG, [width]), (257, LONG, [height])]
    tags += [(258, SHORT, [8, 8, 8]), (259, SHORT, [1]), (262, SHORT, [2]), (277, SHORT, [3]), (278, LONG, [height])]
    return [*tags, *more], pixels.tobytes()


def jpeg_page(jpeg: bytes, size: tuple[int, int], more: Sequence[Tag] = ()) -> tuple[list[Tag], bytes]:
    """A preview: the tags and the data of a JPEG in a TIFF, which calls itself reduced."""
    tags: list[Tag] = [(254, LONG, [1]), (256, LONG, [size[0]]), (257, LONG, [size[1]]), (258, SHORT, [8, 8, 8])]
    tags += [(259, SHORT, [7]), (262, SHORT, [6]), (277, SHORT, [3]), (278, LONG, [size[1]])]
    return [*tags, *more], jpeg


def sensor_page(width: int, height: int) -> tuple[list[Tag], bytes]:
    """What the sensor saw, evenly grey: the tags and the data of a Bayer pattern of 16 bits."""
    tags: list[Tag] = [(254, LONG, [0]), (256, LONG, [width]), (257, LONG, [height]), (258, SHORT, [16])]
    tags += [(259, SHORT, [1]), (262, SHORT, [32803]), (277, SHORT, [1]), (278, LONG, [height])]
    tags += [(33421, SHORT, [2, 2]), (33422, BYTE, [0, 1, 1, 2]), (50717, LONG, [16383])]
    return tags, np.full((height, width), 6000, np.uint16).tobytes()


CAMERA: list[Tag] = [
    (271, ASCII, b"Recog\0"),
    (272, ASCII, b"Test camera\0"),
    (50706, BYTE, [1, 4, 0, 0]),
    (50707, BYTE, [1, 1, 0, 0]),
    (50708, ASCII, b"Recog test camera\0"),
    (50721, SRATIONAL, [10000, 10000, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1]),
    (50728, RATIONAL, [1, 1, 1, 1, 1, 1]),
    (50778, SHORT, [21]),
]
"""What makes a TIFF a DNG, and its colours those of the picture."""


def tiff(
    pages: Sequence[tuple[list[Tag], bytes]],
    *,
    below: Sequence[tuple[list[Tag], bytes]] = (),
    shot: Sequence[Tag] = (),
) -> bytes:
    """A little-endian TIFF of these pages; below are those that the first one points to (SubIFDs), shot its EXIF."""
    body = bytearray(b"II*\0\0\0\0\0")
    children = [_directory(body, tags, data) for tags, data in below]
    links: list[Tag] = [(330, LONG, children)] if children else []
    if shot:
        links.append((34665, LONG, [_directory(body, list(shot), None)]))
    places = [
        _directory(body, [*tags, *links] if not number else tags, data) for number, (tags, data) in enumerate(pages)
    ]
    struct.pack_into("<I", body, 4, places[0])
    for place, following in zip(places, [*places[1:], 0], strict=True):
        count = struct.unpack_from("<H", body, place)[0]
        struct.pack_into("<I", body, place + 2 + 12 * count, following)
    return bytes(body)


def _directory(body: bytearray, tags: list[Tag], data: bytes | None) -> int:
    """Write a directory and its values; where it begins."""
    if data is not None:
        tags = [*tags, (273, LONG, [len(body)]), (279, LONG, [len(data)])]
        body += data + bytes(len(data) % 2)
    entries = []
    for number, kind, values in sorted(tags, key=lambda tag: tag[0]):
        packed, count = _packed(kind, values)
        if len(packed) > 4:
            place = len(body)
            body += packed + bytes(len(packed) % 2)
            packed = struct.pack("<I", place)
        entries.append(struct.pack("<HHI", number, kind, count) + packed.ljust(4, b"\0"))
    place = len(body)
    body += struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return place


def _packed(kind: int, values: Sequence[object] | bytes) -> tuple[bytes, int]:
    if isinstance(values, bytes):
        return values, len(values)
    if kind in (RATIONAL, SRATIONAL):
        return struct.pack(f"<{len(values)}{'I' if kind == RATIONAL else 'i'}", *values), len(values) // 2
    return struct.pack(f"<{len(values)}{_FORMATS[kind]}", *values), len(values)
