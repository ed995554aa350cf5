"""Half-precision vectors of pgvector: what a PostgreSQL server searches, beside the exact bytes of each embedding.

The column `near` has no dimension, so that networks of several dimensions share the table. SQLite has no such column.
See docs/decisions/pgvector.md.
"""

import numpy as np
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table
from sqlalchemy.types import UserDefinedType

from recog.store.schema.columns import ID
from recog.types import Embeddings

MOST_DIMENSIONS = 16_000
"""Dimensions of pgvector's largest halfvec."""
_LARGEST = float(np.finfo(np.float16).max)


class Halfvec(UserDefinedType[str]):
    """The type halfvec; values are text: [0.1,0.2,...]."""

    cache_ok = True

    def __init__(self, dim: int | None = None) -> None:
        """dim: the number of elements, None if a column has several."""
        self.dim = dim

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in SQL."""
        return "halfvec" if self.dim is None else f"halfvec({self.dim})"


# `embeddings` as a server has it; recog.store.schema.photo_tables holds what both engines have.
server_embeddings = Table(
    "embeddings",
    MetaData(),
    Column("id", ID, primary_key=True),
    Column("face_id", ID, nullable=False),
    Column("network_id", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("near", Halfvec()),
)


def halfvec_texts(vectors: Embeddings) -> list[str | None]:
    """Return (n, dim) float32 as n texts of a halfvec; None for a row that pgvector cannot hold (NaN, too large)."""
    dim = vectors.shape[1]
    if dim > MOST_DIMENSIONS:
        return [None] * len(vectors)
    possible = [bool((np.abs(vector) <= _LARGEST).all()) for vector in vectors]  # NaN is not
    halves = np.nan_to_num(vectors).clip(-_LARGEST, _LARGEST).astype(np.float16)
    row = f"[{','.join(['%.5g'] * dim)}]"  # five digits tell any two float16 numbers apart
    return [row % tuple(half) if whole else None for half, whole in zip(halves.tolist(), possible, strict=True)]
