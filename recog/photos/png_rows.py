"""Repair of a truncated PNG: it keeps the rows that are there and gets an end."""

import struct
import zlib
from dataclasses import dataclass

_SIGNATURE_BYTES = 8
_CHUNK = struct.Struct(">I4s")
_CRC_BYTES = 4
_HEADER = struct.Struct(">IIBBBBB")
_END = b"\0\0\0\0IEND\xaeB`\x82"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type -> number of channels (PNG specification, section 11.2.2)."""


@dataclass(frozen=True, slots=True)
class MendedPng:
    """A complete PNG: at the top the rows that the truncated file held, below them zeros."""

    data: bytes
    rows: int


def mended_png(data: bytes, *, most_pixels: int) -> MendedPng | None:
    """Repair a PNG without an end chunk; None if it has one, or if its rows cannot be told apart.

    They cannot in an interlaced picture, which sends all rows several times. A picture of more than most_pixels pixels
    is not repaired either.
    """
    if data.endswith(_END):
        return None
    header, before, coded, ended = _parts(data)
    if ended or header is None or not coded:
        return None
    width, height, depth, colour, _, _, interlaced = header
    if interlaced or colour not in _CHANNELS or not 0 < width * height <= most_pixels:
        return None
    row_bytes = 1 + (width * depth * _CHANNELS[colour] + 7) // 8
    try:
        raw = zlib.decompressobj().decompress(coded, row_bytes * height)
    except zlib.error:
        return None
    rows = len(raw) // row_bytes
    pixels = zlib.compress(raw[: rows * row_bytes] + bytes((height - rows) * row_bytes), 1)
    return MendedPng(before + _chunk(b"IDAT", pixels) + _END, rows)


def _parts(data: bytes) -> tuple[tuple[int, ...] | None, bytes, bytes, bool]:
    """Return the header, all bytes before the pixels, the pixel data there is, and whether the end chunk is there."""
    header: tuple[int, ...] | None = None
    coded: list[bytes] = []
    at = before = _SIGNATURE_BYTES
    while at + _CHUNK.size <= len(data):
        length, kind = _CHUNK.unpack_from(data, at)
        body = data[at + _CHUNK.size : at + _CHUNK.size + length]
        if kind == b"IEND":
            return header, data[:before], b"".join(coded), True
        if kind == b"IHDR" and length == len(body) == _HEADER.size:
            header = _HEADER.unpack(body)
        if kind == b"IDAT":
            coded.append(body)
        at += _CHUNK.size + length + _CRC_BYTES
        if not coded and at <= len(data):
            before = at
    return header, data[:before], b"".join(coded), False


def _chunk(kind: bytes, body: bytes) -> bytes:
    return _CHUNK.pack(len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))
