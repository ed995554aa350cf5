"""Open-set identification against a slow loop over probes."""

import numpy as np
import pytest

from recog.distance import unit_rows
from recog.errors import EvaluationError
from recog.evaluate.identification import CURVE, gallery_sizes, identification
from recog.types import Embeddings


def faces(
    people: int, photos: int, *, spread: float = 0.7, single: int = 3, seed: int = 0
) -> tuple[Embeddings, np.ndarray]:
    """Draw people on a sphere, and `single` more with one photo each."""
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.repeat(np.arange(people), photos), np.arange(people, people + single)])
    rows = random.normal(0, 1, (people + single, 12))[labels] + spread * random.normal(0, 1, (len(labels), 12))
    return unit_rows(rows.astype(np.float32)), labels


@pytest.mark.parametrize("photos", [1, 2])
def test_one_trial_is_the_slow_loop_over_probes(photos: int) -> None:
    embeddings, labels = faces(12, 5)
    scores = identification(embeddings, labels, gallery=6, photos=photos, trials=1, fpirs=[0.1], seed=3)

    random = np.random.default_rng((3, 0))
    enrolled = sorted(random.choice(np.arange(12), size=6, replace=False))
    gallery = {
        int(one): [int(row) for row in random.choice(np.flatnonzero(labels == one), size=photos, replace=False)]
        for one in enrolled
    }
    taken = {row for rows in gallery.values() for row in rows}
    hits: dict[int, int] = dict.fromkeys((1, 2, 5), 0)
    mated, strangers = [], []
    for probe in range(len(labels)):
        if probe in taken:
            continue
        apart = {
            one: min(float(((embeddings[probe] - embeddings[row]) ** 2).sum()) for row in rows)
            for one, rows in gallery.items()
        }
        order = sorted(apart, key=lambda one: apart[one])
        if labels[probe] not in gallery:
            strangers.append(min(apart.values()))
            continue
        rank = order.index(int(labels[probe])) + 1
        mated.append((rank, apart[int(labels[probe])]))
        for limit in hits:
            hits[limit] += rank <= limit
    ordered = sorted(strangers)
    place = 0.1 * len(ordered)
    threshold = float(np.interp(place, np.arange(1, len(ordered) + 1), ordered))
    named = sum(rank == 1 and apart <= threshold for rank, apart in mated)
    assert (scores.probes, scores.strangers) == (len(mated), len(strangers)) == (6 * (5 - photos), 33)
    assert {one.rank: one.share for one in scores.cmc} == pytest.approx(
        {limit: hit / len(mated) for limit, hit in hits.items()}
    )
    assert scores.rank_1 == scores.cmc[0].share < 1.0
    assert all(one.interval[0] <= one.share <= one.interval[1] for one in scores.cmc)
    assert scores.dir[0].dir == pytest.approx(named / len(mated))
    assert scores.dir[0].threshold == pytest.approx(threshold, abs=1e-5)
    assert scores.rank_1_interval[0] <= scores.rank_1 <= scores.rank_1_interval[1]


def test_more_people_are_harder_and_more_photos_are_easier() -> None:
    embeddings, labels = faces(120, 6)
    few, many = (identification(embeddings, labels, gallery=size) for size in (10, 90))
    rich = identification(embeddings, labels, gallery=90, photos=4)
    assert few.rank_1 > many.rank_1 < rich.rank_1
    assert few.dir[0].dir <= few.dir[1].dir <= few.rank_1


def test_of_equally_near_people_the_wrong_one_counts_first() -> None:
    embeddings = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (9, 1))
    scores = identification(embeddings, np.repeat(np.arange(3), 3), gallery=2)
    assert scores.rank_1 == 0.0
    assert [(one.rank, one.share) for one in scores.cmc] == [(1, 0.0), (2, 1.0)]


def test_the_curve_rises_with_the_rate_and_starts_where_strangers_can_show_it() -> None:
    embeddings, labels = faces(30, 6)
    scores = identification(embeddings, labels, gallery=20, fpirs=[0.1])
    rates = [one.fpir for one in scores.curve]
    assert (rates[0], rates[-1]) == (min(rate for rate in CURVE if rate * scores.strangers >= 1), 1.0)
    shares = [one.dir for one in scores.curve]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1] == scores.rank_1
    assert [one.fpir for one in scores.dir] == [0.1]


def test_galleries_leave_a_fifth_of_the_people_as_strangers() -> None:
    assert gallery_sizes(np.repeat(np.arange(50), 3), photos=1) == (10, 30, 40)
    assert gallery_sizes(np.repeat(np.arange(3), 3), photos=1) == (2,)


@pytest.mark.parametrize("labels", [np.zeros(5, dtype=np.int64), np.arange(9), np.array([0, 0, 1, 1])])
def test_one_person_or_people_with_one_photo_make_no_gallery(labels: np.ndarray) -> None:
    with pytest.raises(EvaluationError, match="needs two such people to enrol, and one more"):
        gallery_sizes(labels, photos=1)


def test_an_impossible_gallery_is_the_callers_mistake() -> None:
    embeddings, labels = faces(4, 2, single=0)
    for gallery, photos in ((4, 1), (1, 1), (2, 2), (2, 0)):
        with pytest.raises(ValueError, match="no gallery"):
            identification(embeddings, labels, gallery=gallery, photos=photos)
