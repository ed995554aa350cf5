"""P x K batches: who is in them, and that the same step draws the same batch."""

import numpy as np
import pytest

from recog.errors import TrainingError
from recog.train.sampler import PersonSampler
from recog.train.settings import BatchShape

LABELS = np.array([3] * 5 + [7] * 4 + [9] * 1 + [11] * 2 + [12] * 6, dtype=np.int64)


def sampler(seed: int = 0, **shape: int) -> PersonSampler:
    return PersonSampler(LABELS, BatchShape(**shape), seed=seed)


def test_a_batch_holds_p_people_with_k_photos_each() -> None:
    for step in range(50):
        rows = sampler(people=2, photos=4, minimum=4).batch(step)
        people, counts = np.unique(LABELS[rows], return_counts=True)
        assert len(np.unique(rows)) == len(rows)
        assert counts.tolist() == [4, 4]
        assert set(people.tolist()) <= {3, 7, 12}


def test_people_with_fewer_photos_give_all_they_have_and_single_photos_are_no_anchors() -> None:
    rows = sampler(people=10, photos=4).batch(0)
    people, counts = np.unique(LABELS[rows], return_counts=True)
    assert dict(zip(people.tolist(), counts.tolist(), strict=True)) == {3: 4, 7: 4, 11: 2, 12: 4}


def test_a_step_of_a_seed_is_always_the_same_batch() -> None:
    forwards = [sampler(seed=5, people=2, photos=2).batch(step) for step in range(5)]
    again = sampler(seed=5, people=2, photos=2)
    for step in reversed(range(5)):
        assert np.array_equal(again.batch(step), forwards[step])
    others = [sampler(seed=6, people=2, photos=2).batch(step) for step in range(5)]
    assert any(not np.array_equal(one, other) for one, other in zip(forwards, others, strict=True))


def test_every_photo_is_drawn_sooner_or_later() -> None:
    rows = np.concatenate([sampler(people=2, photos=2).batch(step) for step in range(200)])
    assert set(rows.tolist()) == set(np.flatnonzero(LABELS != 9).tolist())


def test_one_usable_person_is_too_few() -> None:
    with pytest.raises(TrainingError, match="1 of 3 people have at least 2 usable photos"):
        PersonSampler(np.array([0, 0, 1, 2], dtype=np.int64), BatchShape(), seed=0)
