"""k-means cells."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.cluster.kmeans import k_means, simplified_silhouette
from recog.cluster.labels import numbered
from recog.distance import squared_distances, unit_rows
from recog.types import Embeddings

People = Callable[..., tuple[Embeddings, NDArray[np.int64]]]


def test_cells_far_apart_are_found_and_every_face_is_in_the_nearest(people: People) -> None:
    embeddings, owners = people([40, 30, 20], noise=0.2)
    result = k_means(embeddings, 3, seed=0)
    assert result.k == 3
    assert result.reason == "k = 3 as asked"
    np.testing.assert_array_equal(result.labels, numbered(owners))
    np.testing.assert_array_equal(result.labels, squared_distances(embeddings, result.centroids).argmin(axis=1))
    np.testing.assert_allclose(np.linalg.norm(result.centroids, axis=1), 1.0, atol=1e-5)
    assert result.labels.dtype == np.int64


def test_the_centroid_is_the_direction_of_the_mean(people: People) -> None:
    embeddings, _ = people([50, 30], noise=0.2)
    result = k_means(embeddings, 2, seed=0)
    for cell in range(2):
        mean = embeddings[result.labels == cell].mean(axis=0)
        np.testing.assert_allclose(result.centroids[cell], mean / np.linalg.norm(mean), atol=1e-4)


def test_the_same_seed_gives_the_same_cells(people: People) -> None:
    embeddings, _ = people([20] * 10, noise=1.0)
    one, other = k_means(embeddings, 17, seed=5), k_means(embeddings, 17, seed=5)
    np.testing.assert_array_equal(one.labels, other.labels)


def test_k_is_estimated_near_the_truth_and_the_reason_shows_what_was_tried(people: People) -> None:
    embeddings, _ = people([12] * 16, noise=0.3)
    result = k_means(embeddings, None, seed=0)
    assert 12 <= result.k <= 24
    assert "silhouette" in result.reason
    assert f"k = {result.k}" in result.reason
    assert "192 faces" in result.reason


def test_the_silhouette_is_its_definition(people: People) -> None:
    embeddings, _ = people([8, 6, 1], noise=0.3)
    centroids = np.stack([embeddings[0], embeddings[1], embeddings[2]])
    distances = np.sqrt(squared_distances(embeddings, centroids))
    own = distances.argmin(axis=1)
    slow = []
    for row, cell in enumerate(own):
        a, b = np.sort(distances[row])[:2]
        slow.append(0.0 if (own == cell).sum() == 1 else (b - a) / max(a, b))
    assert simplified_silhouette(embeddings, centroids) == pytest.approx(float(np.mean(slow)), abs=1e-3)


@pytest.mark.parametrize(
    ("count", "k", "cells"), [(0, 5, 0), (0, None, 0), (1, 5, 1), (1, None, 1), (2, None, 1), (3, 9, 3)]
)
def test_few_faces_make_few_cells(count: int, k: int | None, cells: int) -> None:
    embeddings = np.eye(4, dtype=np.float32)[:count]
    result = k_means(embeddings, k, seed=0)
    assert (result.k, len(result.centroids), len(np.unique(result.labels))) == (cells, cells, cells)
    assert result.labels.shape == (count,)


def test_copies_of_one_face_are_one_cell_and_the_reason_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    copies = np.repeat(unit_rows(np.ones((1, 8), np.float32)), 100, axis=0)
    for k in (7, None):
        result = k_means(copies, k, seed=0)
        assert result.k == 1
        assert set(result.labels.tolist()) == {0}
        assert "1 different face" in result.reason
    assert capfd.readouterr() == ("", ""), "FAISS warns on stderr unless told what it is for"


def test_more_cells_than_different_faces_are_not_made(people: People) -> None:
    embeddings, _ = people([3, 3])
    repeated = np.concatenate([embeddings] * 4)
    result = k_means(repeated, 10, seed=0)
    assert result.k <= 6
    assert "there are only 6 different faces" in result.reason
    assert set(result.labels.tolist()) == set(range(result.k))


def test_wrong_input_is_refused() -> None:
    good = unit_rows(np.ones((3, 4), np.float32))
    with pytest.raises(ValueError, match="k is at least 1"):
        k_means(good, 0, seed=0)
    with pytest.raises(ValueError, match="length one"):
        k_means(good * 3, 2, seed=0)
