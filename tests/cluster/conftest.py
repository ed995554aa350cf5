"""Faces with known people, for the tests of recog.cluster."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.distance import unit_rows
from recog.types import Embeddings

People: TypeAlias = Callable[..., tuple[Embeddings, NDArray[np.int64]]]


def _people(
    sizes: list[int], *, noise: float = 0.5, dim: int = 32, seed: int = 0
) -> tuple[Embeddings, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(sizes), dim)) / np.sqrt(dim)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    order = rng.permutation(len(owners))
    points = centres[owners] + noise * rng.normal(size=(len(owners), dim)) / np.sqrt(dim)
    return unit_rows(points.astype(np.float32))[order], owners[order]


@pytest.fixture
def people() -> People:
    """Embeddings (n, dim) around one random direction a person, and whose each is (n,), in mixed order."""
    return _people
