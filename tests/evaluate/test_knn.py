"""Classification by the nearest faces against a slow loop over probes."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from recog.distance import unit_rows
from recog.evaluate.identification import drawn_galleries
from recog.evaluate.knn import MAJORITIES, UNKNOWN, Asked, Near, knn
from recog.types import Embeddings


def faces(people: int, photos: int) -> tuple[Embeddings, np.ndarray]:
    """Draw people on a sphere, and three more with one photo each."""
    random = np.random.default_rng(0)
    labels = np.concatenate([np.repeat(np.arange(people), photos), np.arange(people, people + 3)])
    rows = random.normal(0, 1, (people + 3, 12))[labels] + 0.8 * random.normal(0, 1, (len(labels), 12))
    return unit_rows(rows.astype(np.float32)), labels


def slowly(near: list[tuple[int, float]], *, weighted: bool, threshold: float | None) -> int:
    """Name one probe by its nearest faces, nearest first: (person, squared distance)."""
    votes: defaultdict[int, float] = defaultdict(float)
    for person, squared in near:
        if threshold is None or squared <= threshold:
            votes[person] += 1 / float(np.sqrt(squared)) if weighted else 1
    if not votes:
        return UNKNOWN
    best = max(votes, key=votes.__getitem__)  # the first of equals, and nearer faces come first
    if threshold is not None and votes[best] <= sum(votes.values()) / 2:
        return UNKNOWN
    return best


@pytest.mark.parametrize("k", [1, 4])
@pytest.mark.parametrize("rule", list(MAJORITIES))
def test_each_rule_is_the_slow_loop_over_probes(rule: str, k: int) -> None:
    embeddings, labels = faces(12, 6)
    threshold = 0.8
    scores = knn(embeddings, labels, Asked(MAJORITIES, [k], threshold), gallery=8, photos=2, trials=1)
    (drawn,) = drawn_galleries(labels, gallery=8, photos=2, trials=1, seed=0)
    enrolled = [(int(labels[row]), row) for row in drawn.faces.ravel()]
    answers: Counter[str] = Counter()
    for probe in sorted(set(range(len(labels))) - {row for _, row in enrolled}):
        apart = sorted(
            (float(np.square(embeddings[probe] - embeddings[row]).sum()), person) for person, row in enrolled
        )
        named = slowly(
            [(person, squared) for squared, person in apart[:k]],
            weighted=rule.startswith("weighted"),
            threshold=threshold if "abstaining" in rule else None,
        )
        owner = int(labels[probe])
        if owner not in {person for person, _ in enrolled}:
            answers["stranger named" if named != UNKNOWN else "stranger"] += 1
        else:
            answers["right" if named == owner else "unknown" if named == UNKNOWN else "wrong"] += 1
    (one,) = [each for each in scores.rules if each.rule == rule]
    probes = answers["right"] + answers["wrong"] + answers["unknown"]
    strangers = answers["stranger named"] + answers["stranger"]
    assert (one.k, scores.probes, scores.strangers) == (k, probes, strangers)
    assert (one.right, one.wrong, one.unknown) == pytest.approx(
        tuple(answers[name] / probes for name in ("right", "wrong", "unknown"))
    )
    assert one.strangers_named == pytest.approx(answers["stranger named"] / strangers)
    assert one.right_interval[0] <= one.right <= one.right_interval[1]
    assert 0 < one.right < 1


def near(*found: tuple[int, float]) -> Near:
    people, squared = zip(*found, strict=True)
    return Near(np.array([people]), np.array([squared], dtype=np.float32))


def named(rule: str, one: Near) -> int:
    return int(MAJORITIES[rule](one, 1.0)[0])


def test_weights_let_one_near_face_outvote_two_far_ones() -> None:
    one = near((7, 0.01), (8, 0.8), (8, 0.9))
    assert (named("plain", one), named("weighted", one)) == (8, 7)


def test_of_equal_people_the_nearer_is_taken_and_abstention_names_nobody() -> None:
    one = near((7, 0.2), (8, 0.3), (8, 0.4), (7, 0.5))
    assert (named("plain", one), named("plain, abstaining", one)) == (7, UNKNOWN)


def test_faces_beyond_the_threshold_do_not_vote_if_the_rule_abstains() -> None:
    one = near((7, 0.5), (8, 1.1), (8, 1.2))
    assert (named("plain", one), named("plain, abstaining", one)) == (8, 7)
    assert named("weighted, abstaining", near((7, 1.1))) == UNKNOWN


def test_the_same_photo_twice_weighs_most() -> None:
    assert named("weighted", near((7, 0.0), (8, 0.1), (8, 0.1))) == 7


def test_k_is_at_most_the_enrolled_faces_and_at_least_one() -> None:
    embeddings, labels = faces(6, 3)
    scores = knn(embeddings, labels, Asked(MAJORITIES, [50, 60], 1.0), gallery=4, photos=1, trials=1)
    assert {one.k for one in scores.rules} == {4}
    assert len(scores.rules) == len(MAJORITIES)
    with pytest.raises(ValueError, match="k is at least 1, not 0"):
        knn(embeddings, labels, Asked(MAJORITIES, [0], 1.0), gallery=4, photos=1)
