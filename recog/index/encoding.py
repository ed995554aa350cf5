"""The file format of an index: a header, the face ids, the shortlist, the embeddings.

All numbers are little-endian. Header: 8 bytes of MAGIC, then as uint64 the number of slots, the dimension and the bytes
of the shortlist (0 without one). Then the ids as int64, -1 in free slots; the shortlist in FAISS' own format, padded
with zeros to a whole float32; and the embeddings as float32, row by row. Embeddings come last, so that faces can be
added behind them in the memory that the file was read into.
"""

import struct
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recog.index.rows import Rows
from recog.index.shortlist import Shortlist

MAGIC = b"recogidx"
Memory: TypeAlias = NDArray[np.uint8]
_HEADER = struct.Struct("<8sQQQ")


def encoded(rows: Rows, shortlist: Shortlist | None) -> list[bytes | memoryview]:
    """Return the parts of the file: views of the rows, which must not change before they are written."""
    codes = memoryview(b"") if shortlist is None else shortlist.to_bytes()
    slots, dim = rows.vectors.shape
    ids, vectors = rows.ids.astype("<i8", copy=False), rows.vectors.astype("<f4", copy=False)
    header = _HEADER.pack(MAGIC, slots, dim, codes.nbytes)
    return [header, _bytes(ids), codes, bytes(_padding(codes.nbytes)), _bytes(vectors)]


def decoded(memory: Memory, length: int, *, dim: int) -> tuple[Rows, Shortlist | None]:
    """Read what `encoded` wrote in the first `length` bytes; the rows take over `memory`, and grow in it.

    Raises:
        ValueError: the bytes hold something else, or embeddings of another dimension.
    """
    if length < _HEADER.size:
        raise ValueError(f"{length} bytes are no index")
    magic, slots, width, coded = _HEADER.unpack_from(memory.data)
    if magic != MAGIC:
        raise ValueError("it does not start as an index does")
    if width != dim:
        raise ValueError(f"it holds vectors of dimension {width}, not {dim}")
    ends = list(accumulate((8 * slots, coded, _padding(coded), 4 * slots * dim), initial=_HEADER.size))
    if ends[-1] != length:
        raise ValueError(f"it has {length} bytes and should have {ends[-1]}")
    ids, codes = (memory[start:end] for start, end in pairwise(ends[:3]))
    room = (len(memory) - ends[-2]) // (4 * dim)
    vectors = np.frombuffer(memory, "<f4", count=room * dim, offset=ends[-2])
    rows = Rows(
        np.frombuffer(ids, "<i8").astype(np.int64),
        vectors.astype(np.float32, copy=False).reshape(room, dim),
    )
    shortlist = Shortlist.from_bytes(codes.data) if coded else None
    if shortlist is not None and (shortlist.dim, shortlist.count) != (dim, len(rows.ascending)):
        raise ValueError(f"its lists hold {shortlist.count} faces of dimension {shortlist.dim}")
    return rows, shortlist


def _padding(coded: int) -> int:
    return -coded % 4


def _bytes(array: NDArray[Any]) -> memoryview:
    return array.view(np.uint8).reshape(-1).data
