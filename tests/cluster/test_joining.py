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


def at(*degrees: float) -> Embeddings:
    """Directions in a plane: 60 degrees are a squared distance of 1, 40 of 0.47, 10 of 0.03."""
    angles = np.radians(np.array(degrees))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_of_two_probes_of_one_photo_the_nearer_one_joins_unless_they_are_as_alike_as_a_collage_shows() -> None:
    members, groups = at(0, 2, 90, 92), np.array([5, 5, 9, 9])
    elsewhere = np.array([1, 2, 3, 4])
    probes, photos = at(30, 40, 50), np.array([7, 7, 8])
    alone, _ = join(probes, members, groups, Linkage(0.5))
    assert alone.tolist() == [5, 5, 9]
    homes, linkages = join(probes, members, groups, Linkage(0.5), photos=(photos, elsewhere))
    assert homes.tolist() == [5, -1, 9]
    slow = np.mean([((probes[1] - one) ** 2).sum() for one in members[:2]]) + 0.5 * 0.5
    np.testing.assert_allclose(linkages[1], slow, atol=1e-5)
    collage, _ = join(at(1, 1, 1, 1), members, groups, Linkage(0.5), photos=(np.full(4, 7), elsewhere))
    assert collage.tolist() == [5, 5, 5, 5]


def test_a_probe_is_rarely_the_person_beside_it() -> None:
    members, groups, linkage = at(0, 90), np.array([0, 1]), Linkage(0.7)
    probe = at(35)
    assert join(probe, members, groups, linkage, photos=(np.array([7]), np.array([1, 7])))[0].tolist() == [0]
    assert join(probe, members, groups, linkage, photos=(np.array([7]), np.array([7, 1])))[0].tolist() == [-1]


def test_a_group_of_one_must_be_nearer_by_the_margin() -> None:
    probe, one = at(0), at(40)
    assert join(probe, one, np.array([0]), Linkage(0.5))[0].tolist() == [0]
    assert join(probe, one, np.array([0]), Linkage(0.5), lone_margin=0.05)[0].tolist() == [-1]
    assert join(probe, at(40, 40), np.array([0, 0]), Linkage(0.5), lone_margin=0.05)[0].tolist() == [0]


def test_who_may_neither_found_nor_join_stays_alone() -> None:
    rows = at(0, 2, 4, 6)
    no, some = np.zeros(4, np.bool_), np.array([True, True, False, False])
    able = np.array([True, True, True, False])
    labels = identity_clusters(rows, Linkage(0.5), may_found=some, may_join=able)
    assert labels.tolist() == [0, 0, 0, -1]
    extended = extended_clusters(rows[:2], labels[:2], rows[2:], Linkage(0.5), bars=lambda of: (no[of], able[of]))
    assert extended.tolist() == [0, 0, 0, -1]
    founding = np.array([True, True, False, True])
    extended = extended_clusters(rows[:2], labels[:2], rows[2:], Linkage(0.5), bars=lambda of: (founding[of], no[of]))
    assert extended.tolist() == [0, 0, -1, 0]


def test_a_new_face_is_rarely_the_person_beside_it_in_a_known_photo() -> None:
    known, labels = at(0, 2), np.array([0, 0])
    new = at(45)
    for photo, joined in ((3, 0), (1, -1)):
        photos = np.array([1, 1, photo])
        assert extended_clusters(known, labels, new, Linkage(0.6), photo_ids=photos).tolist() == [0, 0, joined]
