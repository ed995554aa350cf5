"""The directories of a TIFF: which page is the photo, and whether the file is a camera's raw file."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL.TiffImagePlugin import ImageFileDirectory_v2

_MOST_DIRECTORIES = 32
_MOST_ENTRIES = 1024
_SUBFILE, _WIDTH, _HEIGHT, _PHOTOMETRIC, _BELOW, _DNG, _XMP = 254, 256, 257, 262, 330, 50706, 700
_SENSOR = frozenset({32803, 34892})
"""Photometric interpretations of sensor data: colour filter array, linear raw."""
_REDUCED, _MASK = 1, 4
_TIFFS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SIZES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


@dataclass(frozen=True, slots=True)
class Page:
    """A directory: its offset in the file and the values of its tags, 0 for a tag that is missing."""

    place: int
    subfile: int
    width: int
    height: int
    photometric: int
    dng: bool
    below: tuple[int, ...]


def is_raw(data: bytes) -> bool:
    """Return whether this TIFF is a camera's raw file (DNG, NEF, ARW, PEF, SRW): sensor data with a preview."""
    return any(page.dng or page.photometric in _SENSOR for page in _all_pages(data))


def with_full_page_first(data: bytes) -> bytes:
    """Return the TIFF with the photo as its first page; only the offset of the first directory changes.

    If the first page is marked as a reduced version of another one (NewSubfileType), the photo is the largest page
    without that mark.
    """
    pages = list(_all_pages(data))
    if not pages or not pages[0].subfile & _REDUCED:
        return data
    full = [page for page in pages if not page.subfile & (_REDUCED | _MASK) and page.width * page.height]
    if not full:
        return data
    place = max(full, key=lambda page: page.width * page.height).place
    order, big = _kind(data)
    return (
        data[:8] + struct.pack(f"{order}Q", place) + data[16:]
        if big
        else data[:4] + struct.pack(f"{order}I", place) + data[8:]
    )


def first_packet(data: bytes) -> bytes:
    """Return the XMP in the first directory of a TIFF or TIFF-based raw file; empty if there is none."""
    if data[:4] not in _TIFFS:
        return b""
    file = BytesIO(data)
    directory = ImageFileDirectory_v2(file.read(16 if _kind(data)[1] else 8))
    file.seek(directory.next)
    directory.load(file)
    packet = directory.get(_XMP)
    return packet if isinstance(packet, bytes) else b""


def _kind(data: bytes) -> tuple[str, bool]:
    """Return the byte order, and whether the file is a BigTIFF."""
    order = "<" if data[:2] == b"II" else ">"
    return order, data[2:4] in (b"+\0", b"\0+")


def _all_pages(data: bytes) -> Iterator[Page]:
    """Yield every directory once, in order; the subdirectories of a page follow it."""
    order, big = _kind(data)
    first = _number(data, 8 if big else 4, f"{order}{'Q' if big else 'I'}")
    waiting, seen = [first], set[int]()
    while waiting and len(seen) < _MOST_DIRECTORIES:
        place = waiting.pop(0)
        if not place or place in seen or place >= len(data):
            continue
        seen.add(place)
        page, following = _page(data, place, order, big=big)
        yield page
        waiting = [*page.below, following, *waiting]


def _page(data: bytes, place: int, order: str, *, big: bool) -> tuple[Page, int]:
    """Return a directory and the offset of the next one."""
    count = min(_number(data, place, f"{order}{'Q' if big else 'H'}"), _MOST_ENTRIES)
    head, size, room, wide = (8, 20, 8, "Q") if big else (2, 12, 4, "I")
    said: dict[int, tuple[int, ...]] = {}
    for at in range(place + head, place + head + count * size, size):
        number, kind = _number(data, at, f"{order}H"), _number(data, at + 2, f"{order}H")
        letter = _SIZES.get(kind)
        many = min(_number(data, at + 4, f"{order}{wide}"), _MOST_DIRECTORIES)
        if letter is None:
            continue
        step, value = struct.calcsize(letter), at + size - room
        if step * many > room:
            value = _number(data, value, f"{order}{wide}")
        said[number] = tuple(_number(data, value + step * one, f"{order}{letter}") for one in range(many))
    subfile, width, height, photometric = (
        (said.get(tag) or (0,))[0] for tag in (_SUBFILE, _WIDTH, _HEIGHT, _PHOTOMETRIC)
    )
    page = Page(place, subfile, width, height, photometric, _DNG in said, said.get(_BELOW, ()))
    return page, _number(data, place + head + count * size, f"{order}{wide}")


def _number(data: bytes, at: int, code: str) -> int:
    """Return the number at an offset; 0 beyond the end."""
    size = struct.calcsize(code)
    return int(struct.unpack_from(code, data, at)[0]) if 0 <= at <= len(data) - size else 0
