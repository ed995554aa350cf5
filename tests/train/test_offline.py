"""Mining of the whole training set against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recog.train.offline import draw_triplets, mine_triplets

Faces = tuple[NDArray[np.float32], NDArray[np.int64]]


@st.composite
def sets(draw: st.DrawFn) -> Faces:
    """Draw points on a circle at whole degrees, of up to four people; duplicates and ties occur."""
    count = draw(st.integers(0, 14))
    angles = np.radians(draw(st.lists(st.integers(0, 359), min_size=count, max_size=count)))
    labels = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1).reshape(-1, 2)
    return points.astype(np.float32), np.array(labels, dtype=np.int64)


def slow_mining(faces: Faces, *, margin: float, squared: bool) -> set[tuple[int, int, int]]:
    embeddings, labels = faces

    def d(left: int, right: int) -> float:
        value = float(np.square(embeddings[left].astype(float) - embeddings[right].astype(float)).sum())
        return value if squared else value**0.5

    found = set()
    for a in range(len(labels)):
        for p in range(len(labels)):
            if a == p or labels[a] != labels[p]:
                continue
            others = [n for n in range(len(labels)) if labels[n] != labels[a]]
            negatives = [n for n in others if d(a, p) < d(a, n) < d(a, p) + margin]
            if negatives:
                found.add((a, p, min(negatives, key=lambda n: d(a, n))))
    return found


@settings(max_examples=80, deadline=None)
@given(sets(), st.booleans())
def test_every_pair_gets_its_nearest_semi_hard_negative(faces: Faces, squared: bool) -> None:
    """If several negatives are equally near, any of them is right, so the test compares distances, not rows."""
    mined = [tuple(map(int, row)) for row in mine_triplets(*faces, margin=0.4, squared=squared)]
    slow = slow_mining(faces, margin=0.4, squared=squared)
    assert len(set(mined)) == len(mined)
    assert {row[:2] for row in mined} == {row[:2] for row in slow}
    expected = {row[:2]: row[2] for row in slow}
    for a, p, n in mined:
        assert faces[1][n] != faces[1][a]
        near, other = faces[0][n] - faces[0][a], faces[0][expected[a, p]] - faces[0][a]
        assert np.square(near).sum() == pytest.approx(np.square(other).sum(), abs=1e-6)


def test_only_the_nearest_others_are_looked_at() -> None:
    angles = np.radians([0, 30, 10, 15, 40])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    labels = np.array([0, 0, 1, 2, 3], dtype=np.int64)
    assert mine_triplets(embeddings, labels, margin=3.0, negatives=2).tolist() == []
    assert mine_triplets(embeddings, labels, margin=3.0, negatives=3).tolist() == [[0, 1, 4]]


def test_draws_repeat_themselves_and_take_no_triplet_twice() -> None:
    pool = np.arange(60, dtype=np.int64).reshape(20, 3)
    drawn = draw_triplets(pool, count=7, seed=3, step=9)
    assert np.array_equal(drawn, draw_triplets(pool, count=7, seed=3, step=9))
    assert len({tuple(row) for row in drawn.tolist()}) == 7
    assert not np.array_equal(drawn, draw_triplets(pool, count=7, seed=3, step=10))
    assert sorted(draw_triplets(pool, count=99, seed=0, step=1).tolist()) == pool.tolist()
