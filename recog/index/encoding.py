"""An index as the content of a file: a header, the face ids, the embeddings, the shortlist.

All numbers are little-endian. Header: 8 bytes of MAGIC, then as uint64 the number of slots, the dimension and the bytes
of the shortlist (0 where there is none). Ids int64, -1 in free slots; embeddings float32, row by row; the shortlist in
FAISS' own format.
"""

import struct
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recog.index.rows import Rows
from recog.index.shortlist import Shortlist

MAGIC = b"recogidx"
_HEADER = struct.Struct("<8sQQQ")


def encoded(rows: Rows, shortlist: Shortlist | None) -> list[bytes | memoryview]:
    """The parts of the file; views of the rows, which must not change before they are written."""
    last = memoryview(b"") if shortlist is None else shortlist.to_bytes()
    slots, dim = rows.vectors.shape
    ids, vectors = rows.ids.astype("<i8", copy=False), rows.vectors.astype("<f4", copy=False)
    return [_HEADER.pack(MAGIC, slots, dim, last.nbytes), _bytes(ids), _bytes(vectors), last]


def decoded(content: bytearray, *, dim: int) -> tuple[Rows, Shortlist | None]:
    """What `encoded` wrote; the rows stay in `content`, which is theirs from now on.

    Raises:
        ValueError: the bytes hold something else, or embeddings of another dimension.
    """
    if len(content) < _HEADER.size:
        raise ValueError(f"{len(content)} bytes are no index")
    magic, slots, width, last = _HEADER.unpack_from(content)
    if magic != MAGIC:
        raise ValueError("it does not start as an index does")
    if width != dim:
        raise ValueError(f"it holds vectors of dimension {width}, not {dim}")
    ends = np.cumsum([_HEADER.size, 8 * slots, 4 * slots * dim, last]).tolist()
    if ends[-1] != len(content):
        raise ValueError(f"it has {len(content)} bytes and should have {ends[-1]}")
    whole = memoryview(content)
    ids, vectors, codes = (whole[start:end] for start, end in pairwise(ends))
    rows = Rows(
        np.frombuffer(ids, "<i8").astype(np.int64, copy=False),
        np.frombuffer(vectors, "<f4").astype(np.float32, copy=False).reshape(slots, dim),
    )
    shortlist = Shortlist.from_bytes(codes) if last else None
    if shortlist is not None and (shortlist.dim, shortlist.count) != (dim, len(rows.ascending)):
        raise ValueError(f"its lists hold {shortlist.count} faces of dimension {shortlist.dim}")
    return rows, shortlist


def _bytes(array: NDArray[Any]) -> memoryview:
    return array.view(np.uint8).reshape(-1).data
