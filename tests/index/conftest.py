"""Indexes and embeddings that the tests of recog.index share."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from recog.distance import unit_rows
from recog.index.faiss_index import FaceIndex
from recog.index.structures import Kind
from recog.types import Embeddings, FaceIds

NETWORK = "ab" * 32
DIM = 16

MakeIndex: TypeAlias = Callable[[Kind, FaceIds, Embeddings], FaceIndex]


def _make_index(kind: Kind, ids: FaceIds, embeddings: Embeddings) -> FaceIndex:
    return FaceIndex.build(
        [(ids, embeddings)], network_sha256=NETWORK, dim=embeddings.shape[1], device="cpu", kind=kind
    )


@pytest.fixture
def make_index() -> MakeIndex:
    """Builds an index of either kind, whatever the number of faces."""
    return _make_index


@pytest.fixture
def embeddings() -> Embeddings:
    """(300, DIM) in clusters, the last 40 rows copies of row 0."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(30, DIM))
    points = np.repeat(centres, 10, axis=0) + 0.3 * rng.normal(size=(300, DIM))
    points[260:] = points[0]
    return unit_rows(points.astype(np.float32))


@pytest.fixture
def face_ids() -> FaceIds:
    """(300,) distinct, in no order."""
    return np.random.default_rng(3).permutation(np.arange(1000, 1300, dtype=np.int64))
