"""Who is near whom, against all pairs."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.cluster.graph import CLOSE, EXACT_PAIRS, WIDE, Search, near_pairs
from recog.distance import unit_rows
from recog.types import Embeddings

People = Callable[..., tuple[Embeddings, NDArray[np.int64]]]


@pytest.mark.parametrize("within", [0.3, 1.0])
def test_of_few_rows_every_near_pair_is_found(within: float, people: People) -> None:
    """The slow twin: one by one."""
    rows, _ = people([9, 5, 3, 1, 1], noise=0.3)
    edges = near_pairs(rows, k=20, within=within, seed=0)
    slow = [
        (one, other)
        for one, other in combinations(range(len(rows)), 2)
        if ((rows[one] - rows[other]) ** 2).sum() <= within
    ]
    assert slow
    assert list(zip(edges.left.tolist(), edges.right.tolist(), strict=True)) == slow
    assert not edges.crowded.size


@pytest.mark.parametrize("search", [WIDE, CLOSE])
def test_of_many_rows_nearly_every_pair_that_hardly_differs_is_found(search: Search) -> None:
    draw = np.random.default_rng(2)
    rows = unit_rows(draw.normal(size=(33_000, 64)).astype(np.float32))
    assert len(rows) ** 2 > EXACT_PAIRS
    aside = draw.normal(size=(1_500, 64))
    rows[1_500:3_000] = unit_rows((rows[:1_500] + 0.02 * aside).astype(np.float32))
    edges = near_pairs(rows, k=16, within=0.05, seed=0, search=search)
    left, right = edges.left[edges.left < 1_500], edges.right[edges.left < 1_500]
    assert len(left) >= 1_495
    assert np.array_equal(right, left + 1_500)
    assert len(edges.left) == len(left), "other rows are far apart"


def test_of_rows_that_are_all_the_same_each_finds_about_as_many_as_it_asks_for() -> None:
    rows = np.tile(unit_rows(np.ones((1, 8), np.float32)), (10_000, 1))
    edges = near_pairs(rows, k=16, within=0.05, seed=0, search=CLOSE)
    assert len(edges.left) <= 17 * len(rows)
    assert len(edges.crowded) == len(rows)
    assert np.array_equal(np.union1d(edges.left, edges.right), np.arange(len(rows)))
