"""Event files for TensorBoard, written without its package: scalars by step, as TFRecord frames of protocol buffers."""

import struct
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from recog.durable import make_output_directory, put
from recog.train.checkpoint import Progress

_VERSION = b"brain.Event:2"


class EventFile:
    """The event file of a run in a folder of its own, which TensorBoard shows as a run of the folder's name.

    A resumed run continues the file. The file is replaced atomically, so that it never ends within a record. clock
    returns seconds since the epoch.
    """

    def __init__(self, folder: Path, *, resume: bool, clock: Callable[[], float] = time.time) -> None:
        self.path = folder / "events.out.tfevents.recog"
        self._clock = clock
        kept = self.path.read_bytes() if resume and self.path.exists() else b""
        self._content = kept or _record(_double(1, clock()) + _bytes(3, _VERSION))

    def add(self, progress: Progress) -> None:
        """Write the loss, the triplets, the spread and the scores of a validated step."""
        values = {
            "loss": progress.loss,
            "triplets/selected": float(progress.triplets),
            "triplets/active": progress.active,
            "spread": progress.spread,
            **{f"validation/{name}": score for name, score in progress.scores.items()},
        }
        self._content += _record(_event(values, step=progress.step, at=self._clock()))
        make_output_directory(self.path.parent)
        put(self.path, self._content)


def _event(values: Mapping[str, float], *, step: int, at: float) -> bytes:
    """Return tensorflow.Event with wall_time 1, step 2 and summary 5, whose values 1 have tag 1 and simple_value 2."""
    summary = b"".join(_bytes(1, _bytes(1, tag.encode()) + _float(2, value)) for tag, value in values.items())
    return _double(1, at) + _varint(2 << 3) + _varint(step) + _bytes(5, summary)


def _record(content: bytes) -> bytes:
    """Return a TFRecord: length, checksum of the length, content, checksum of the content, little-endian."""
    length = struct.pack("<Q", len(content))
    return length + struct.pack("<I", _masked(length)) + content + struct.pack("<I", _masked(content))


def _masked(content: bytes) -> int:
    checksum = crc32c(content)
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(content: bytes) -> int:
    """Return the checksum of Castagnoli's polynomial (RFC 3720, appendix B.4), 32 bits."""
    checksum = 0xFFFFFFFF
    for byte in content:
        checksum = _TABLE[(checksum ^ byte) & 0xFF] ^ (checksum >> 8)
    return checksum ^ 0xFFFFFFFF


def _table_entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_TABLE = tuple(_table_entry(byte) for byte in range(256))


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)
