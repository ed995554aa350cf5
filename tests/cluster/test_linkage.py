"""Identity clusters against scikit-learn's average linkage, and what they promise of photos, quality and order."""

import time
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recog.cluster.agglomerate import SAME_PHOTO
from recog.cluster.labels import numbered
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import identity_clusters
from recog.distance import unit_rows
from recog.types import Embeddings

People = Callable[..., tuple[Embeddings, NDArray[np.int64]]]
Labels = NDArray[np.int64]


def slow_clusters(embeddings: Embeddings, threshold: float) -> Labels:
    """Average linkage by scikit-learn over all pairs."""
    from sklearn.cluster import AgglomerativeClustering

    rows = embeddings.astype(np.float64)
    squared = ((rows[:, np.newaxis] - rows[np.newaxis]) ** 2).sum(axis=2)
    np.fill_diagonal(squared, 0.0)
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=threshold
    )
    return numbered(model.fit_predict(squared).astype(np.int64))


def slow_clusters_of_photos(embeddings: Embeddings, threshold: float, photo_ids: Labels) -> Labels:
    """One by one the two nearest clusters, by mean distance and the share of faces that are in photos together."""
    squared = ((embeddings[:, np.newaxis] - embeddings[np.newaxis]) ** 2).sum(axis=2)
    together = photo_ids[:, np.newaxis] == photo_ids[np.newaxis]
    groups = [[row] for row in range(len(embeddings))]

    def apart(one: list[int], other: list[int]) -> float:
        pairs = np.ix_(one, other)
        share = min(1.0, together[pairs].sum() / min(len(one), len(other)))
        return float(squared[pairs].mean() + SAME_PHOTO * threshold * share)

    while len(groups) > 1:
        one, other = min(combinations(range(len(groups)), 2), key=lambda pair: apart(groups[pair[0]], groups[pair[1]]))
        if apart(groups[one], groups[other]) > threshold:
            break
        groups[one] += groups.pop(other)
    labels = np.empty(len(embeddings), np.int64)
    for group in groups:
        labels[group] = min(group)
    return numbered(labels)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.6, 0.9, 1.3, 1.9, 4.0])
@pytest.mark.parametrize("noise", [0.4, 0.8, 3.0])
def test_over_all_neighbours_it_is_exact_average_linkage(threshold: float, noise: float, people: People) -> None:
    embeddings, _ = people([30, 12, 8, 5, 3, 2, 1, 1, 1], noise=noise)
    exact = slow_clusters(embeddings, threshold)
    np.testing.assert_array_equal(identity_clusters(embeddings, Linkage(threshold), k_neighbours=999), exact)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), threshold=st.floats(0.2, 1.8), photos=st.integers(1, 30))
def test_with_photos_it_is_average_linkage_and_the_share_of_faces_in_photos_together(
    seed: int, threshold: float, photos: int
) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(6, 8))
    embeddings = unit_rows((centres[rng.integers(0, 6, 40)] + 0.5 * rng.normal(size=(40, 8))).astype(np.float32))
    photo_ids = rng.integers(0, photos, 40)
    np.testing.assert_array_equal(
        identity_clusters(embeddings, Linkage(threshold), photo_ids=photo_ids, k_neighbours=99),
        slow_clusters_of_photos(embeddings, threshold, photo_ids),
    )


@pytest.mark.parametrize("k_neighbours", [1, 2, 5])
def test_however_sparse_the_graph_no_two_clusters_within_the_threshold_are_left(
    k_neighbours: int, people: People
) -> None:
    embeddings, owners = people([60, 40, 20, 10, 5, 5, 1, 1])
    labels = identity_clusters(embeddings, Linkage(1.0), k_neighbours=k_neighbours)
    groups = [embeddings[labels == label] for label in range(labels.max() + 1)]
    groups += [embeddings[row : row + 1] for row in np.flatnonzero(labels < 0)]
    for one, other in combinations(groups, 2):
        assert ((one[:, np.newaxis] - other[np.newaxis]) ** 2).sum(axis=2).mean() > 1.0
    np.testing.assert_array_equal(labels, numbered(owners))


def test_a_chain_of_look_alikes_does_not_join_its_ends() -> None:
    """Points along an arc, each close to the next: single linkage would take them all."""
    angles = np.linspace(0, np.pi, 40)
    arc = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    labels = identity_clusters(arc, Linkage(0.3))
    assert labels[0] != labels[-1]
    assert labels.max() >= 2


def test_two_faces_of_one_photo_stay_apart_unless_they_are_as_alike_as_a_mirror_shows() -> None:
    cosine = 1 - 0.8 / 2  # squared distance 0.8
    near = np.array([[1, 0], [cosine, np.sqrt(1 - cosine**2)]], np.float32)
    assert identity_clusters(near, Linkage(1.0)).tolist() == [0, 0]
    assert identity_clusters(near, Linkage(1.0), photo_ids=np.array([7, 7])).tolist() == [-1, -1]
    assert identity_clusters(near, Linkage(1.0), photo_ids=np.array([7, 8])).tolist() == [0, 0]
    mirror = np.array([[1, 0], [1, 0]], np.float32)
    assert identity_clusters(mirror, Linkage(1.0), photo_ids=np.array([7, 7])).tolist() == [0, 0]


def test_brothers_who_are_in_many_photos_together_are_two(people: People) -> None:
    """Two clusters at a distance that would make them one; most of their photos show both, then one does, a mirror."""
    rows, _ = people([20], noise=0.1)
    turned = rows.copy()
    turned[:, 0] += 0.9
    both = np.concatenate([rows, unit_rows(turned)])
    mean = (2 - 2 * both[:20] @ both[20:].T).mean()
    linkage = Linkage(float(mean) + 0.1)
    apart, photos = np.arange(40), np.arange(40)
    photos[20:36] = photos[:16]
    assert len(np.unique(identity_clusters(both, linkage, photo_ids=apart))) == 1
    assert len(np.unique(identity_clusters(both, linkage, photo_ids=photos))) == 2
    apart[20] = apart[0]
    assert len(np.unique(identity_clusters(both, linkage, photo_ids=apart))) == 1


def test_faces_that_may_not_found_join_and_change_nobody_else(people: People) -> None:
    embeddings, owners = people([20, 15, 10, 1], seed=4)
    may_found = np.random.default_rng(0).random(len(owners)) < 0.6
    labels = identity_clusters(embeddings, Linkage(1.0), may_found=may_found)
    np.testing.assert_array_equal(numbered(labels[may_found]), identity_clusters(embeddings[may_found], Linkage(1.0)))
    big = owners < 3
    np.testing.assert_array_equal(labels[big], owners[big])


def test_faces_that_may_not_found_are_no_cluster_among_themselves(people: People) -> None:
    embeddings, _ = people([5, 5])
    assert identity_clusters(embeddings, Linkage(1.0), may_found=np.zeros(10, bool)).tolist() == [-1] * 10


def test_the_order_of_the_faces_does_not_matter(people: People) -> None:
    embeddings, _ = people([40, 30, 20, 10, 3, 1])
    order = np.random.default_rng(1).permutation(len(embeddings))
    labels = identity_clusters(embeddings, Linkage(0.9))
    shuffled = np.empty_like(labels)
    shuffled[order] = identity_clusters(embeddings[order], Linkage(0.9))
    np.testing.assert_array_equal(numbered(np.where(shuffled < 0, 1000 + np.arange(len(labels)), shuffled)), labels)


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_and_one_face_are_no_cluster(count: int) -> None:
    embeddings = np.ones((count, 1), np.float32)
    assert identity_clusters(embeddings, Linkage(1.0), photo_ids=np.zeros(count, np.int64)).tolist() == [-1] * count


@pytest.mark.parametrize("noise", [0.0, 0.6])
def test_a_person_with_very_many_faces_is_one_cluster_in_few_rounds(noise: float, people: People) -> None:
    """Thousands of copies of one photo, and thousands of photos: without the intake it would take minutes."""
    embeddings, _ = people([3_000], noise=noise)
    labels = identity_clusters(embeddings, Linkage(1.0))
    assert np.count_nonzero(labels == 0) >= (3_000 if noise == 0.0 else 2_990)


def test_large_clusters_take_in_nobody_of_another_person_and_hardly_differ_from_exact_linkage(people: People) -> None:
    embeddings, owners = people([900, 400, 150, 70, 20, 3, 1], noise=0.7)
    labels = identity_clusters(embeddings, Linkage(1.2))
    for label in range(labels.max() + 1):
        assert len(np.unique(owners[labels == label])) == 1
    assert np.count_nonzero(labels != slow_clusters(embeddings, 1.2)) <= 3


@pytest.mark.parametrize("per_photo", [1, 2])
def test_copies_of_faces_are_grouped_as_one_by_one(per_photo: int, people: People) -> None:
    embeddings, _ = people([3, 2, 1], noise=0.6)
    rows = np.random.default_rng(1).permutation(np.repeat(np.arange(len(embeddings)), 4))
    photo_ids = np.arange(len(rows)) // per_photo
    labels = identity_clusters(embeddings[rows], Linkage(1.2), photo_ids=photo_ids)
    assert 1 < len(np.unique(labels)) < len(embeddings)
    assert np.array_equal(labels, slow_clusters_of_photos(embeddings[rows], 1.2, photo_ids))


@pytest.mark.parametrize("dim", [2, 128])
def test_twenty_thousand_copies_of_one_face_are_one_cluster_at_once(dim: int) -> None:
    """One by one they would take a minute."""
    rows = np.tile(unit_rows(np.arange(1, dim + 1, dtype=np.float32)[np.newaxis]), (20_000, 1))
    start = time.process_time()
    assert not identity_clusters(rows, Linkage(1.0)).any()
    assert time.process_time() - start < 10


def test_many_faces_are_clustered_with_approximate_neighbours_as_well(people: People) -> None:
    """Above the limit of exact neighbours; people of four faces, clearly apart."""
    embeddings, owners = people([4] * 12_600, noise=0.2, dim=16)
    labels = identity_clusters(embeddings, Linkage(0.25))
    together = labels[np.argsort(owners, kind="stable")].reshape(-1, 4)
    assert ((together == together[:, :1]).all(axis=1) & (together[:, 0] >= 0)).mean() > 0.99


def test_wrong_input_is_refused() -> None:
    good = unit_rows(np.ones((3, 4), np.float32))
    with pytest.raises(ValueError, match="length one"):
        identity_clusters(good * 2, Linkage(1.0))
    with pytest.raises(ValueError, match="length one"):
        identity_clusters(good * np.nan, Linkage(1.0))
    with pytest.raises(ValueError, match="float32"):
        identity_clusters(good[0], Linkage(1.0))
    with pytest.raises(ValueError, match="threshold"):
        identity_clusters(good, Linkage(5.0))
    with pytest.raises(ValueError, match="photo_ids"):
        identity_clusters(good, Linkage(1.0), photo_ids=np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="may_found"):
        identity_clusters(good, Linkage(1.0), may_found=np.ones(4, bool))


def test_labels_are_numbered_by_size_then_first_row() -> None:
    assert numbered(np.array([5, 9, 9, 2, 5, 7, 9])).tolist() == [1, 0, 0, -1, 1, -1, 0]
    assert numbered(np.array([4, 4, 1, 1])).tolist() == [0, 0, 1, 1]
