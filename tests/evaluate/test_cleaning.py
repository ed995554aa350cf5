"""Faces filed under the wrong person are found by their distance to the person's other faces."""

import numpy as np

from recog.distance import unit_rows
from recog.evaluate.cleaning import misplaced_faces


def test_it_is_the_slow_loop_over_people() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 8, 60)
    labels[0] = 99
    shown = np.where(np.arange(60) % 10 == 5, (labels + 1) % 8, labels)
    drawn = random.normal(0, 1, (100, 16))[shown] + random.normal(0, 0.7, (60, 16))
    embeddings = unit_rows(drawn.astype(np.float32))

    def apart(one: int, rows: list[int]) -> float:
        mean = embeddings[rows].mean(axis=0)
        return float(((embeddings[one] - mean / np.linalg.norm(mean)) ** 2).sum())

    strangers, own = [], {}
    for face in range(60):
        for person in np.unique(labels):
            rows = [row for row in range(60) if labels[row] == person and row != face]
            if person == labels[face] and rows:
                own[face] = apart(face, rows)
            elif person != labels[face]:
                strangers.append(apart(face, rows))
    bar = np.quantile(strangers, 0.2)
    slow = [face in own and own[face] > bar for face in range(60)]
    assert misplaced_faces(embeddings, labels, share=0.2).tolist() == slow
    assert 0 < sum(slow) < 60
    assert not slow[0]


def test_one_person_has_no_strangers_to_be_measured_by() -> None:
    embeddings = unit_rows(np.random.default_rng(0).normal(0, 1, (5, 4)).astype(np.float32))
    assert not misplaced_faces(embeddings, np.zeros(5, dtype=np.int64)).any()
