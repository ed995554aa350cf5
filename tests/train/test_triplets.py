"""Selection of triplets against their definitions in plain loops."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recog.train.triplets import (
    active_share,
    batch_hard_triplets,
    batch_squared_distances,
    semi_hard_triplets,
    valid_triplets,
)

MARGIN = 0.2
few = settings(max_examples=60, deadline=None)
Triple = tuple[int, int, int]


def slow_valid(labels: list[int]) -> set[Triple]:
    rows = range(len(labels))
    return {
        (a, p, n) for a, p, n in product(rows, repeat=3) if a != p and labels[a] == labels[p] and labels[a] != labels[n]
    }


def slow_distances(embeddings: torch.Tensor) -> list[list[float]]:
    rows = embeddings.tolist()
    return [[sum((x - y) ** 2 for x, y in zip(one, other, strict=True)) for other in rows] for one in rows]


def as_set(triplets: torch.Tensor) -> set[Triple]:
    found = [(int(a), int(p), int(n)) for a, p, n in triplets]
    assert len(found) == len(set(found)), "a triplet was chosen twice"
    return set(found)


@st.composite
def batches(draw: st.DrawFn) -> tuple[torch.Tensor, list[int]]:
    """Draw unit vectors at whole degrees of a circle, of up to four people; duplicates occur."""
    count = draw(st.integers(0, 9))
    angles = np.radians(draw(st.lists(st.integers(0, 359), min_size=count, max_size=count)))
    labels = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1).reshape(-1, 2)
    return torch.tensor(points, dtype=torch.float64), labels


@few
@given(batches())
def test_batch_distances_are_sums_of_squared_differences(batch: tuple[torch.Tensor, list[int]]) -> None:
    embeddings, labels = batch
    slow = torch.tensor(slow_distances(embeddings), dtype=torch.float64).reshape(len(labels), len(labels))
    assert torch.allclose(batch_squared_distances(embeddings), slow, atol=1e-12)


@few
@given(batches())
def test_valid_triplets_are_those_of_the_definition(batch: tuple[torch.Tensor, list[int]]) -> None:
    _, labels = batch
    assert as_set(valid_triplets(torch.tensor(labels, dtype=torch.int64))) == slow_valid(labels)


@few
@given(batches(), st.booleans())
def test_semi_hard_triplets_are_exactly_those_of_the_definition(
    batch: tuple[torch.Tensor, list[int]], squared: bool
) -> None:
    embeddings, labels = batch
    d = batch_squared_distances(embeddings) if squared else batch_squared_distances(embeddings).sqrt()
    slow = {(a, p, n) for a, p, n in slow_valid(labels) if d[a, p] < d[a, n] < d[a, p] + MARGIN}
    chosen = semi_hard_triplets(embeddings, torch.tensor(labels, dtype=torch.int64), margin=MARGIN, squared=squared)
    assert as_set(chosen) == slow


@few
@given(batches())
def test_batch_hard_takes_the_farthest_positive_and_the_nearest_negative(batch: tuple[torch.Tensor, list[int]]) -> None:
    embeddings, labels = batch
    d = batch_squared_distances(embeddings).tolist()
    rows = range(len(labels))
    slow = set()
    for a in rows:
        positives = [p for p in rows if p != a and labels[p] == labels[a]]
        negatives = [n for n in rows if labels[n] != labels[a]]
        if positives and negatives:
            farthest = max(positives, key=lambda p: (d[a][p], -p))
            nearest = min(negatives, key=lambda n: (d[a][n], n))
            slow.add((a, farthest, nearest))
    assert as_set(batch_hard_triplets(embeddings, torch.tensor(labels, dtype=torch.int64))) == slow


@few
@given(batches(), st.booleans())
def test_the_active_share_counts_valid_triplets_with_a_loss(
    batch: tuple[torch.Tensor, list[int]], squared: bool
) -> None:
    embeddings, labels = batch
    d = batch_squared_distances(embeddings) if squared else batch_squared_distances(embeddings).sqrt()
    valid = slow_valid(labels)
    slow = sum(bool(d[a, n] < d[a, p] + MARGIN) for a, p, n in valid) / max(len(valid), 1)
    found = active_share(embeddings, torch.tensor(labels, dtype=torch.int64), margin=MARGIN, squared=squared)
    assert found == pytest.approx(slow)


@few
@given(batches())
def test_selection_carries_no_gradient(batch: tuple[torch.Tensor, list[int]]) -> None:
    embeddings, labels = batch
    embeddings.requires_grad_()
    labels_of = torch.tensor(labels, dtype=torch.int64)
    assert not semi_hard_triplets(embeddings, labels_of, margin=MARGIN).requires_grad
    assert not batch_hard_triplets(embeddings, labels_of).requires_grad
