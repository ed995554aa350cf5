"""How values become bytes in the catalog.

* embeddings and centroids: float32, little-endian, one after the other: 512 bytes for 128 numbers
  (`numpy.frombuffer(blob, "<f4")` reads them anywhere)
* landmarks: x, y of each point, float32, little-endian: 40 bytes for five points
* digests of photos: the 32 bytes of the SHA-256; of networks and detectors: hexadecimal text
* paths: the file system's own bytes, so that a name that is no valid UTF-8 survives
* times: ISO 8601 text
"""

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from sqlalchemy import ColumnElement, func

from recog.errors import CatalogError
from recog.types import Embeddings, FaceIds

T = TypeVar("T")

# Both engines limit the parameters of a statement: SQLite to 32,766, PostgreSQL to 65,535.
_IDS_PER_STATEMENT = 5_000
_FLOAT_BYTES = 4


def path_bytes(path: Path) -> bytes:
    """The file system's bytes of an absolute path; a relative one is a ValueError, for it means another file later."""
    if not path.is_absolute():
        raise ValueError(f"the catalog holds absolute paths, not {path}")
    return os.fsencode(path)


def path_from_bytes(raw: bytes) -> Path:
    """The path that `path_bytes` encoded."""
    return Path(os.fsdecode(raw))


def storable(text: str) -> str:
    """Text that both engines take: no lone surrogates (os.fsdecode makes them), no NUL."""
    return os.fsencode(text).decode("utf-8", errors="replace").replace("\0", "�")


def vector_bytes(vector: Embeddings) -> bytes:
    """(dim,) float32 -> 4 * dim bytes."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def other_length(vector: ColumnElement[bytes], dim: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a stored vector is no blob of so many numbers, asked of the database."""
    return func.length(vector) != dim * _FLOAT_BYTES


def vectors_of(blobs: Sequence[bytes], dim: int) -> Embeddings:
    """N blobs of `vector_bytes` -> (n, dim) float32; n may be 0. A blob of another length is a CatalogError."""
    if other := {*map(len, blobs)} - {_FLOAT_BYTES * dim}:
        raise CatalogError(
            f"a stored vector has {other.pop()} bytes, and those of its network {_FLOAT_BYTES * dim}: "
            "run 'recog check --fix', then 'recog index'"
        )
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(-1, dim).astype(np.float32)


def face_ids_of(ids: Sequence[int]) -> FaceIds:
    """Plain integers -> (n,) int64; n may be 0."""
    return np.asarray(ids, dtype=np.int64)


def landmark_bytes(landmarks: Sequence[tuple[float, float]]) -> bytes:
    """N points -> 8 * n bytes."""
    numbers = [number for point in landmarks for number in point]
    return struct.pack(f"<{len(numbers)}f", *numbers)


def landmarks_of(raw: bytes) -> tuple[tuple[float, float], ...]:
    """The points that `landmark_bytes` encoded."""
    return tuple(struct.iter_unpack("<2f", raw))


def now() -> str:
    """This moment, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def chunks(items: Iterable[T], size: int = _IDS_PER_STATEMENT) -> Iterator[list[T]]:
    """Lists of at most `size` items: as many ids as one statement may name."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk
