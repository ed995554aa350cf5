"""Clusters of more faces than fit into memory: as in memory, piece by piece, and nothing is left on the disk."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.made_up_people import made_up
from recog.cluster.graph import near_pairs
from recog.cluster.likelihood import Linkage
from recog.cluster.linkage import identity_clusters
from recog.cluster.on_disk import identity_clusters_on_disk
from recog.cluster.pieces import EdgeFile, batched, joined, pieces
from recog.cluster.scratch import array_on_disk
from recog.errors import LibraryDiskError
from recog.evaluate.clusters import f_scores
from recog.types import Embeddings, Scatter

People = Callable[..., tuple[Embeddings, NDArray[np.int64]]]
BY_LIKELIHOOD = Linkage(1.04, Scatter(between=0.59, dimensions=92.8, correlation=0.1))
BY_MEAN = Linkage(0.9)


def shared_pairs(labels: NDArray[np.int64], others: NDArray[np.int64]) -> float:
    """Return the pairwise F of two groupings: 1 if the same pairs of faces are together."""
    alone = np.arange(len(labels)) + len(labels)
    return f_scores(np.where(labels < 0, alone, labels), np.where(others < 0, alone, others))[0]


@pytest.mark.parametrize("most", [1_000_000, 50, 10])
@pytest.mark.parametrize("noise", [0.4, 0.8, 1.5])
@pytest.mark.parametrize("linkage", [BY_MEAN, BY_LIKELIHOOD])
def test_it_groups_as_in_memory_however_small_the_pieces_are(
    linkage: Linkage, noise: float, most: int, people: People, tmp_path: Path
) -> None:
    embeddings, _ = people([30, 12, 8, 5, 3, 2, 1, 1, 1] * 6, noise=noise)
    random = np.random.default_rng(5)
    photo_ids = random.integers(0, len(embeddings) // 2, len(embeddings))
    founders, joiners = random.random(len(embeddings)) > 0.2, random.random(len(embeddings)) > 0.3
    ways: list[dict[str, Any]] = [
        {},
        {"photo_ids": photo_ids},
        {"photo_ids": photo_ids, "may_found": founders, "may_join": joiners},
        {"may_found": founders},
    ]
    for given in ways:
        found = identity_clusters_on_disk(embeddings, linkage, folder=tmp_path, most=most, **given)
        expected = identity_clusters(embeddings, linkage, **given)
        if linkage is BY_MEAN:
            np.testing.assert_array_equal(found, expected)
        # Faces that hardly differ from strangers merge in another order in pieces of a few nodes.
        assert shared_pairs(found, expected) >= (0.97 if noise < 1 else 0.8)
    assert list(tmp_path.iterdir()) == []


def test_made_up_people_are_grouped_as_in_memory(tmp_path: Path) -> None:
    embeddings, _ = made_up(2_500, 0)
    expected = identity_clusters(embeddings, BY_LIKELIHOOD)
    assert expected.max() > 50
    mapped = array_on_disk(tmp_path, embeddings.shape, np.float32)
    mapped[:] = embeddings
    for most, least in ((5_000, 1.0), (200, 0.999), (50, 0.998)):
        found = identity_clusters_on_disk(mapped, BY_LIKELIHOOD, folder=tmp_path, most=most)
        assert shared_pairs(found, expected) >= least
    np.testing.assert_array_equal(mapped, embeddings)  # what is given is only read


def test_equal_faces_and_no_faces_are_grouped_too(tmp_path: Path) -> None:
    embeddings = np.repeat(np.eye(3, 8, dtype=np.float32), [40, 1, 2], axis=0)
    photo_ids = np.zeros(43, np.int64)  # all pairs are equally near, and none may merge: nothing is nearer than another
    ways: list[dict[str, Any]] = [{}, {"photo_ids": photo_ids}]
    for given in ways:
        found = identity_clusters_on_disk(embeddings, BY_MEAN, folder=tmp_path, most=10, **given)
        np.testing.assert_array_equal(found, identity_clusters(embeddings, BY_MEAN, **given))
    assert identity_clusters_on_disk(embeddings[:0], BY_MEAN, folder=tmp_path).tolist() == []


@pytest.fixture
def edge_file(tmp_path: Path) -> Iterator[EdgeFile]:
    with closing(EdgeFile(tmp_path)) as edges:
        yield edges


def _filled(edges: EdgeFile, rows: list[tuple[int, int, float]]) -> EdgeFile:
    for start in range(0, len(rows), 3):
        left, right, apart = zip(*rows[start : start + 3], strict=True)
        edges.append(np.array(left), np.array(right), np.array(apart, np.float32))
    return edges


def test_a_piece_that_is_too_large_is_cut_at_its_longer_edges(edge_file: EdgeFile) -> None:
    # 0-1-2 and 3-4-5 are near, and 2-3 joins them; 6-7 are a piece of their own; 8 is alone.
    rows = [(0, 1, 0.1), (1, 2, 0.2), (3, 4, 0.1), (4, 5, 0.2), (2, 3, 0.5), (6, 7, 0.7)]
    edges = _filled(edge_file, rows)
    whole = pieces(edges, 9, most=6)
    assert (whole.of.tolist(), whole.whole) == ([0, 0, 0, 0, 0, 0, 6, 6, 8], True)
    assert np.isinf(whole.limits).all()
    cut = pieces(edges, 9, most=3)
    assert (cut.of.tolist(), cut.whole) == ([0, 0, 0, 3, 3, 3, 6, 6, 8], False)
    np.testing.assert_allclose(cut.limits, [0.2] * 6 + [np.inf] * 3)
    batches, limits = batched(cut, 3)
    assert batches.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, -1]
    np.testing.assert_allclose(limits, [0.2, 0.2, np.inf])


def test_a_piece_whose_edges_are_equally_long_is_cut_into_runs(edge_file: EdgeFile) -> None:
    rows = [(one, one + 1, 0.5) for one in range(9)]
    edges = _filled(edge_file, rows)
    for by_distance in (True, False):
        cut = pieces(edges, 10, most=4, by_distance=by_distance)
        assert cut.of.tolist() == [0, 0, 0, 0, 4, 4, 4, 4, 8, 8]
        assert not cut.whole


def test_sets_are_joined_along_chains_in_any_order() -> None:
    random = np.random.default_rng(3)
    parents = np.arange(2_000)
    links = random.permutation(np.arange(1_999))
    for some in np.array_split(links[links != 999], 7):
        joined(parents, some, some + 1)
    joined(parents, np.arange(0), np.arange(0))
    roots = parents.copy()
    while not np.array_equal(roots[roots], roots):
        roots = roots[roots]
    assert roots.tolist() == [0] * 1_000 + [1_000] * 1_000


def test_a_search_in_cells_is_the_same_from_a_file(tmp_path: Path) -> None:
    embeddings, _ = made_up(33_000, 1)  # more than all pairs are searched
    mapped = array_on_disk(tmp_path, embeddings.shape, np.float32)
    mapped[:] = embeddings
    found, expected = (near_pairs(rows, k=8, within=0.4, seed=0) for rows in (mapped, embeddings))
    np.testing.assert_array_equal(found.left, expected.left)
    np.testing.assert_array_equal(found.right, expected.right)
    assert len(expected.left) > 100


def test_a_folder_without_room_is_told_before_anything_is_grouped(tmp_path: Path) -> None:
    program = (
        "import resource, sys; import numpy as np; from pathlib import Path\n"
        "from recog.cluster.scratch import array_on_disk\n"
        "from recog.errors import LibraryDiskError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        "try: array_on_disk(Path(sys.argv[1]), (1 << 20, 128), np.float32)\n"
        "except LibraryDiskError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, text=True)
    assert f"{tmp_path} cannot hold 0.5 GB that the clustering needs there for a moment (File too large)" in run.stdout
    with pytest.raises(LibraryDiskError, match="absent cannot hold"):
        EdgeFile(tmp_path / "absent")
    assert list(tmp_path.iterdir()) == []


def test_vectors_of_a_killed_run_are_found_in_no_file(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; import numpy as np; from pathlib import Path\n"
        "from recog.cluster.scratch import array_on_disk\n"
        "array_on_disk(Path(sys.argv[1]), (1000, 128), np.float32)[:] = 0.5\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=os.environ, check=False)
    assert run.returncode == -9
    assert list(tmp_path.iterdir()) == []
