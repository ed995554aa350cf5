"""Clusters respect what humans said."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recog.cluster.cannot_link import enforce_cannot_link
from recog.types import Embeddings

People = Callable[..., tuple[Embeddings, NDArray[np.int64]]]


def test_a_cluster_of_two_confirmed_people_is_split_between_them(people: People) -> None:
    embeddings, owners = people([6, 4, 3])
    labels = np.where(owners == 2, 1, 0)  # the first two people were taken for one
    named = np.full(len(owners), -1)
    for person in (0, 1):
        named[np.flatnonzero(owners == person)[0]] = 10 + person
    apart = enforce_cannot_link(embeddings, labels, named, [])
    assert set(apart[owners == 0].tolist()) == {0}, "the larger part keeps the label"
    assert set(apart[owners == 1].tolist()) == {2}
    assert set(apart[owners == 2].tolist()) == {1}


def test_a_face_that_is_not_the_person_takes_along_those_like_it(people: People) -> None:
    embeddings, owners = people([4, 3])
    labels = np.zeros(7, np.int64)
    named = np.full(7, -1)
    named[np.flatnonzero(owners == 0)[0]] = 7
    stranger = int(np.flatnonzero(owners == 1)[0])
    assert enforce_cannot_link(embeddings, labels, named, [(stranger, 7)]).tolist() == owners.tolist()
    assert enforce_cannot_link(embeddings, labels, named, [(stranger, 8)]).tolist() == labels.tolist()


def test_nothing_said_changes_nothing(people: People) -> None:
    embeddings, owners = people([3, 2])
    nobody = np.full(5, -1)
    assert enforce_cannot_link(embeddings, owners, nobody, [(0, 1)]).tolist() == owners.tolist()
    assert enforce_cannot_link(embeddings[:0], owners[:0], nobody[:0], []).size == 0
