"""How the catalog stores values.

* embeddings and centroids: float32, little-endian, one after the other: 512 bytes for 128 numbers
  (`numpy.frombuffer(blob, "<f4")` reads them anywhere)
* on PostgreSQL, a copy of each embedding in half precision, which the server searches: pgvector's halfvec
* landmarks: x, y of each point, float32, little-endian: 40 bytes for five points
* digests of photos: the 32 bytes of the SHA-256; of networks and detectors: hexadecimal text
* paths: the file system's own bytes, so that names that are not valid UTF-8 survive
* times: ISO 8601 text
"""

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

# Both engines limit the parameters of a statement: SQLite to 32,766, PostgreSQL to 65,535.
_IDS_PER_STATEMENT = 5_000


def path_bytes(path: Path) -> bytes:
    """Return the bytes of an absolute path; a relative path is a ValueError, because it may name another file later."""
    if not path.is_absolute():
        raise ValueError(f"the catalog holds absolute paths, not {path}")
    return os.fsencode(path)


def path_from_bytes(raw: bytes) -> Path:
    """Return the path that `path_bytes` encoded."""
    return Path(os.fsdecode(raw))


def storable(text: str) -> str:
    """Return text that both engines store: without lone surrogates (os.fsdecode makes them) and NUL."""
    return os.fsencode(text).decode("utf-8", errors="replace").replace("\0", "�")


def landmark_bytes(landmarks: Sequence[tuple[float, float]]) -> bytes:
    """Encode n points as 8 * n bytes."""
    numbers = [number for point in landmarks for number in point]
    return struct.pack(f"<{len(numbers)}f", *numbers)


def landmarks_of(raw: bytes) -> tuple[tuple[float, float], ...]:
    """Return the points that `landmark_bytes` encoded."""
    return tuple(struct.iter_unpack("<2f", raw))


def now() -> str:
    """Return the current time, ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def chunks(items: Iterable[T], size: int = _IDS_PER_STATEMENT) -> Iterator[list[T]]:
    """Yield lists of at most `size` items: as many ids as one statement may hold."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk
