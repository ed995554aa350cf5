"""New faces and the clusters that are there."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recog.cluster.assign import join
from recog.cluster.extend import extended_clusters
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import identity_clusters
from recog.types import Embeddings

People = Callable[..., tuple[Embeddings, NDArray[np.int64]]]


def test_a_probe_joins_the_group_with_the_least_mean_squared_distance(people: People) -> None:
    embeddings, owners = people([9, 7, 5, 3], noise=1.0)
    members, probes, groups = embeddings[:16], embeddings[16:], owners[:16] * 10
    groups[3] = -1
    homes, linkages = join(probes, members, groups, Linkage(1.2))
    for probe, home, linkage in zip(probes, homes, linkages, strict=True):
        slow = {
            int(name): float(np.mean([((probe - one) ** 2).sum() for one in members[groups == name]]))
            for name in np.unique(groups[groups >= 0])
        }
        best = min(slow, key=slow.__getitem__)
        np.testing.assert_allclose(linkage, slow[best], atol=1e-5)
        assert home == (best if slow[best] <= 1.2 else -1)
    assert {-1} < set(homes.tolist())


def test_with_no_group_nobody_joins(people: People) -> None:
    embeddings, _ = people([4])
    homes, linkages = join(embeddings, embeddings, np.full(4, -1), Linkage(4.0))
    assert homes.tolist() == [-1] * 4
    assert np.isinf(linkages).all()
    homes, _ = join(embeddings[:0], embeddings, np.zeros(4, np.int64), Linkage(4.0))
    assert homes.size == 0


def test_new_faces_join_without_changing_a_known_label_and_the_rest_founds_new_clusters(people: People) -> None:
    embeddings, owners = people([30, 20, 10, 6, 1], seed=2)
    late = (owners == 3) | (np.arange(len(owners)) % 5 == 0)
    known, new = np.flatnonzero(~late), np.flatnonzero(late)
    labels = identity_clusters(embeddings[known], Linkage(1.0))
    extended = extended_clusters(embeddings[known], labels, embeddings[new], Linkage(1.0))
    assert extended.shape == (len(owners),)
    np.testing.assert_array_equal(extended[: len(known)][labels >= 0], labels[labels >= 0])
    truth = np.concatenate([owners[known], owners[new]])
    for person in range(4):
        found = set(extended[truth == person].tolist())
        assert len(found) == 1
        assert found != {-1}
    assert extended[truth == 4].tolist() == [-1]
    assert len(np.unique(extended[extended >= 0])) == 4


def test_a_new_face_and_a_known_one_that_was_alone_become_a_cluster(people: People) -> None:
    embeddings, _ = people([2])
    labels = np.array([-1])
    assert extended_clusters(embeddings[:1], labels, embeddings[1:], Linkage(1.0)).tolist() == [0, 0]


def test_no_new_face_changes_nothing(people: People) -> None:
    embeddings, _ = people([5, 3, 1])
    labels = identity_clusters(embeddings, Linkage(1.0))
    np.testing.assert_array_equal(extended_clusters(embeddings, labels, embeddings[:0], Linkage(1.0)), labels)
    assert extended_clusters(embeddings[:0], labels[:0], embeddings[:0], Linkage(1.0)).size == 0
