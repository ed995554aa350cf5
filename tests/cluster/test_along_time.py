"""Groups grow along time by small dense steps, and by nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recog.ageing import YEAR
from recog.cluster.along_time import DENSE, Dated, joined_along_time
from recog.cluster.likelihood import Linkage
from recog.distance import unit_rows
from recog.types import Embeddings

RULE = Linkage(0.1)
"""Mean squared distances up to 0.1 are one person; a turn of 0.25 radians a year is 0.06."""
TURN = 0.25

Rows = NDArray[np.int64]


def person(first: int, last: int, *, start: float = 0.0, plane: int = 0, faces: int = DENSE) -> tuple[Embeddings, Rows]:
    """Return the faces of a person whose face turns from year to year in a plane of its own, and their days."""
    years = np.repeat(np.arange(first, last + 1), faces)
    angles = start + TURN * (years - first)
    rows = np.zeros((len(years), 8), np.float32)
    rows[:, 2 * plane], rows[:, 2 * plane + 1] = np.cos(angles), np.sin(angles)
    return unit_rows(rows), np.round((years + 0.5) * YEAR).astype(np.int64)


def together(*people: tuple[Embeddings, Rows]) -> tuple[Embeddings, Rows]:
    return np.concatenate([one for one, _ in people]), np.concatenate([days for _, days in people])


def alone(days: Rows, **facts: object) -> Dated:
    """Return faces of which each is in a photo of its own and has no name."""
    told = {"scenes": np.arange(len(days)), "owners": np.full(len(days), -1), **facts}
    return Dated(days, **told)  # type: ignore[arg-type]


def by_year(days: Rows, *, per: int = 1) -> Rows:
    """Return a label for each `per` years."""
    return np.unique(np.floor(days / YEAR / per).astype(np.int64), return_inverse=True)[1]


def test_a_child_stays_one_person_over_twenty_years() -> None:
    faces, days = person(2000, 2019)
    assert 2 - 2 * float(faces[0] @ faces[30]) > 3, "what it is and what it becomes are strangers to the rule"
    assert not joined_along_time(faces, by_year(days), alone(days), RULE).any()
    assert not joined_along_time(faces, by_year(days, per=4), alone(days), RULE).any()


def test_a_step_over_a_gap_is_not_made() -> None:
    faces, days = together(person(2000, 2004), person(2007, 2010, start=5 * TURN))
    labels = (days > 2005 * YEAR).astype(np.int64)
    assert joined_along_time(faces, labels, alone(days), RULE).tolist() == labels.tolist()


def test_few_faces_are_no_step() -> None:
    faces, days = person(2000, 2009)
    early = (days > 2005 * YEAR) & (days < 2007 * YEAR) & (np.arange(len(days)) % DENSE == 0)
    faces, days = faces[~early], days[~early]
    labels = (days > 2005 * YEAR).astype(np.int64)
    assert joined_along_time(faces, labels, alone(days), RULE).tolist() == labels.tolist()


def test_two_siblings_stay_two_although_one_looks_as_the_other_did_at_that_age() -> None:
    """Ben looks in 2006 as Ada did in 2000, so their faces cross, but never in the same years."""
    ada, ben = person(2000, 2012), person(2006, 2018)
    faces, days = together(ada, ben)
    owner = np.repeat([0, 1], [len(ada[1]), len(ben[1])])
    labels = owner * 100 + np.floor(days / YEAR / 3).astype(np.int64) % 100
    found = joined_along_time(faces, labels, alone(days), RULE)
    assert len(np.unique(found[owner == 0])) == len(np.unique(found[owner == 1])) == 1
    assert found[0] != found[-1]


def test_groups_of_the_same_years_that_the_rule_kept_apart_stay_apart() -> None:
    """They are near each other at their ends only."""
    one, other = person(2000, 2004), person(2000, 2004, start=TURN)
    turned = (other[0][::-1].copy(), other[1])
    faces, days = together(one, turned)
    labels = np.repeat([0, 1], [len(one[1]), len(other[1])])
    assert joined_along_time(faces, labels, alone(days), RULE).tolist() == labels.tolist()


def test_whose_future_two_groups_could_be_is_left_open() -> None:
    parent, first = person(2000, 2004), person(2005, 2008, start=5 * TURN)
    rows = first[0].copy()
    rows[:, 2] = 0.1
    second = unit_rows(rows), first[1]
    faces, days = together(parent, first, second)
    labels = np.repeat([0, 1, 2], [len(parent[1]), len(first[1]), len(second[1])])
    scenes = np.arange(len(days))
    scenes[labels == 2] = scenes[labels == 1]  # both are seen in the same photos
    assert joined_along_time(faces, labels, alone(days, scenes=scenes), RULE).tolist() == labels.tolist()
    only = labels < 2
    assert not joined_along_time(faces[only], labels[only], alone(days[only]), RULE).any()


@pytest.mark.parametrize("fact", ["photo", "names", "refusal"])
def test_what_is_known_to_be_two_people_is_never_joined(fact: str) -> None:
    faces, days = person(2000, 2009)
    labels = by_year(days, per=5)
    facts: dict[str, object] = {}
    if fact == "photo":
        facts["scenes"] = np.array([0, *range(1, len(days) - 1), 0])
    else:
        owners = np.full(len(days), -1)
        owners[0] = 7
        owners[-1] = 8 if fact == "names" else -1
        facts["owners"] = owners
        if fact == "refusal":
            facts["refused"] = ((len(days) - 1, 7),)
    assert not joined_along_time(faces, labels, alone(days), RULE).any()
    assert joined_along_time(faces, labels, alone(days, **facts), RULE).tolist() == labels.tolist()


@st.composite
def libraries(draw: st.DrawFn) -> tuple[Embeddings, Rows, Rows, Rows]:
    """Return faces near a few directions, with days, labels and scenes, at random."""
    seed, count = draw(st.integers(0, 10_000)), draw(st.integers(1, 60))
    random = np.random.default_rng(seed)
    angles = random.uniform(0, 2, count)
    faces = unit_rows(np.stack([np.cos(angles), np.sin(angles), 0.1 * random.normal(size=count)], 1).astype(np.float32))
    days = np.where(random.random(count) < 0.8, (2000 + random.integers(0, 5, count)) * YEAR, 0).astype(np.int64)
    return faces, days, random.integers(-1, 6, count), random.integers(0, 2 * count, count)


@settings(max_examples=60, deadline=None)
@given(libraries())
def test_the_order_of_faces_changes_nothing_and_no_group_is_split(
    library: tuple[Embeddings, Rows, Rows, Rows],
) -> None:
    faces, days, labels, scenes = library
    found = joined_along_time(faces, labels, alone(days, scenes=scenes), RULE)
    order = np.random.default_rng(len(days)).permutation(len(days))
    again = joined_along_time(faces[order], labels[order], alone(days[order], scenes=scenes[order]), RULE)
    assert again.tolist() == found[order].tolist()
    assert ((found < 0) == (labels < 0)).all()
    pairs = np.unique(np.stack([labels, found], axis=1), axis=0)
    assert len(pairs) == len(np.unique(labels)), "a group goes into one group"
    for kept, gone in ((at, label) for label, at in pairs.tolist() if at != label):
        assert not set(scenes[labels == kept]) & set(scenes[labels == gone]), "nobody is twice in a photo"


@settings(max_examples=40, deadline=None)
@given(libraries())
def test_without_dates_groups_are_those_of_the_rule(library: tuple[Embeddings, Rows, Rows, Rows]) -> None:
    faces, days, labels, scenes = library
    undated = alone(np.zeros_like(days), scenes=scenes)
    assert joined_along_time(faces, labels, undated, RULE).tolist() == labels.tolist()
