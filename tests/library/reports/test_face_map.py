"""Similar faces lie together on the map, and unusual libraries get a map or one sentence."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.errors import NoFaceFoundError
from recog.library.reports.face_map import MOST_FACES, layout, sampled
from recog.types import Embeddings
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


def spread(groups: int, each: int, dim: int = 16) -> tuple[Embeddings, NDArray[np.int64]]:
    draw = np.random.default_rng(5)
    centres = draw.normal(size=(groups, dim))
    points = np.repeat(centres, each, axis=0) + draw.normal(0, 0.05, (groups * each, dim))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), np.repeat(
        np.arange(groups), each
    )


def test_groups_stay_together_and_a_seed_gives_the_same_map() -> None:
    embeddings, labels = spread(4, 20)
    points = layout(embeddings, seed=1)
    assert points.shape == (80, 2)
    assert points.min() >= -1e-6
    assert points.max() <= 1 + 1e-6
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=-1) + 10 * np.eye(80)
    assert (labels[squared.argmin(axis=1)] == labels).all()
    np.testing.assert_array_equal(layout(embeddings, seed=1), points)


@pytest.mark.parametrize("count", [5, 40, 400])
def test_faces_without_any_difference_lie_on_one_point(count: int) -> None:
    same = np.tile(np.array([[0.6, 0.8, 0.0]], np.float32), (count, 1))
    np.testing.assert_array_equal(layout(same, seed=0), np.full((count, 2), 0.5, np.float32))


def test_many_equal_faces_and_one_other_are_laid_out() -> None:
    points = layout(np.array([[1, 0, 0]] * 9 + [[0, 1, 0]], np.float32), seed=0)
    assert np.isfinite(points).all()


@pytest.fixture
def coloured(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    for number in range(5):
        paint(folder / f"{number}.png", RED, GREEN, noise=number)
    library.index([folder])
    library.people.enrol("Ada", [folder / "0.png"], face=1)
    library.people.enrol("Zoe", [paint(folder / "zoe.png", BLUE)])
    return library


def test_the_map_knows_names_and_thumbnails(coloured: PaintedLibrary) -> None:
    found = coloured.reports.face_map(seed=3)
    assert (len(found.faces), found.all_faces, found.person, found.seed) == (11, 11, None, 3)
    assert {"Ada", "Zoe"} <= {one.person for one in found.faces}
    assert all(one.thumbnail.startswith(b"\xff\xd8") for one in found.faces)
    coloured.people.hide("Zoe")
    assert "Zoe" not in {one.person for one in coloured.reports.face_map().faces}


def test_too_few_faces_are_said_to_be_so(coloured: PaintedLibrary) -> None:
    with pytest.raises(NoFaceFoundError, match="at least 5 faces, and Zoe has 1"):
        coloured.reports.face_map("Zoe")


def test_fifty_thousand_faces_are_sampled_evenly() -> None:
    rows = list(range(50_000))
    chosen = sampled(rows)
    assert len(chosen) == len(set(chosen)) == MOST_FACES
    assert (chosen[0], chosen[-1]) == (0, 49_999)
    assert max(np.diff(chosen)) <= 11
    assert sampled(rows[:100]) == rows[:100]
