"""Similar faces lie together on the map, and unusual libraries get a map or one sentence."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.config import read_settings
from recog.errors import NoFaceFoundError
from recog.library.reports.face_map import PICTURED, pictured
from recog.library.reports.map_layout import laid_out, placed_among
from recog.library.reports.map_results import FaceMap
from recog.store.writer_lock import WriterLock
from recog.types import Embeddings
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint


def spread(groups: int, each: int, dim: int = 16) -> tuple[Embeddings, NDArray[np.int64]]:
    draw = np.random.default_rng(5)
    centres = draw.normal(size=(groups, dim))
    points = np.repeat(centres, each, axis=0) + draw.normal(0, 0.05, (groups * each, dim))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), np.repeat(
        np.arange(groups), each
    )


def neighbours_agree(points: NDArray[np.float64], labels: NDArray[np.int64]) -> bool:
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(squared, np.inf)
    return bool((labels[squared.argmin(axis=1)] == labels).all())


def test_groups_stay_together_and_a_seed_gives_the_same_map() -> None:
    embeddings, labels = spread(4, 20)
    points = laid_out(embeddings, seed=1)
    assert points.shape == (80, 2)
    assert neighbours_agree(points, labels)
    np.testing.assert_array_equal(laid_out(embeddings, seed=1), points)


def test_new_faces_join_their_own_group_and_old_places_stay() -> None:
    embeddings, labels = spread(4, 20)
    old = np.arange(80) % 5 != 0
    places = laid_out(embeddings[old], seed=1)
    before = places.copy()
    found = placed_among(embeddings[old], places, embeddings[~old], seed=1)
    np.testing.assert_array_equal(places, before)
    nearest = ((found[:, None] - places[None]) ** 2).sum(axis=-1).argmin(axis=1)
    np.testing.assert_array_equal(labels[old][nearest], labels[~old])


@pytest.mark.parametrize("count", [5, 40])
def test_faces_without_any_difference_lie_on_one_point(count: int) -> None:
    same = np.tile(np.array([[0.6, 0.8, 0.0]], np.float32), (count, 1))
    np.testing.assert_array_equal(laid_out(same, seed=0), np.zeros((count, 2)))
    np.testing.assert_array_equal(placed_among(same, np.zeros((count, 2)), same[:2], seed=0), np.zeros((2, 2)))


def test_many_equal_faces_and_one_other_are_laid_out() -> None:
    points = laid_out(np.array([[1, 0, 0]] * 9 + [[0, 1, 0]], np.float32), seed=0)
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
    assert (len(found.faces), found.added, found.kept, found.person, found.seed) == (11, 11, True, None, 3)
    assert all(0 <= one.x <= 1 and 0 <= one.y <= 1 for one in found.faces)
    assert {"Ada", "Zoe"} <= {one.person for one in found.faces}
    assert all(one.thumbnail.startswith(b"\xff\xd8") for one in found.faces)
    coloured.people.hide("Zoe")
    assert "Zoe" not in {one.person for one in coloured.reports.face_map().faces}


def test_too_few_faces_are_said_to_be_so(coloured: PaintedLibrary) -> None:
    with pytest.raises(NoFaceFoundError, match="at least 5 faces, and Zoe has 1"):
        coloured.reports.face_map("Zoe")


def test_pictures_of_fifty_thousand_faces_are_sampled_evenly() -> None:
    rows = list(range(50_000))
    chosen = pictured(rows)
    assert len(chosen) == len(set(chosen)) == PICTURED
    assert (chosen[0], chosen[-1]) == (0, 49_999)
    assert max(np.diff(chosen)) <= 11
    assert pictured(rows[:100]) == rows[:100]


def places(library: PaintedLibrary) -> dict[int, tuple[float, float]]:
    face_ids, found = library.context.catalog.map_places.all(library.networks.info.sha256)
    return dict(zip(face_ids.tolist(), map(tuple, found.tolist()), strict=True))


def test_a_new_face_joins_the_map_and_the_rest_stays_where_it_was(coloured: PaintedLibrary, folder: Path) -> None:
    coloured.reports.face_map()
    before = places(coloured)
    assert coloured.reports.face_map(seed=9).added == 0
    assert places(coloured) == before
    coloured.index(paint(folder / "late.png", RED, noise=40))
    assert coloured.reports.map_places().missing == 1
    assert coloured.reports.face_map().added == 1
    after = places(coloured)
    assert {one: after[one] for one in before} == before
    assert len(after) == len(before) + 1
    assert coloured.reports.map_places().missing == 0
    assert coloured.reports.face_map(seed=9, anew=True).added == len(after)
    assert places(coloured) != after


def test_a_map_of_which_most_faces_are_new_is_laid_out_anew(coloured: PaintedLibrary, folder: Path) -> None:
    coloured.reports.face_map()
    for number in range(3):
        coloured.index(paint(folder / f"many{number}.png", RED, GREEN, BLUE, noise=50 + number))
    assert coloured.reports.face_map().added == 9, "up to half of the faces may be new"
    for number in range(8):
        coloured.index(paint(folder / f"more{number}.png", RED, GREEN, BLUE, noise=60 + number))
    faces = coloured.status().faces
    assert coloured.reports.face_map().added == faces
    assert len(places(coloured)) == faces


def test_who_is_forgotten_leaves_the_map(coloured: PaintedLibrary) -> None:
    coloured.reports.face_map()
    hers = {one.face_id for one in coloured.reports.face_map().faces if one.person == "Zoe"}
    assert len(hers) == 1
    assert hers <= places(coloured).keys()
    coloured.people.forget("Zoe")
    assert not hers & places(coloured).keys()
    assert coloured.reports.map_places().faces == 10


def test_a_map_is_drawn_beside_a_writer_but_not_kept(coloured: PaintedLibrary) -> None:
    with PaintedLibrary(read_settings(library=coloured.context.settings.library)) as other:
        with WriterLock(coloured.context.settings.library):
            found: FaceMap = other.reports.face_map()
        assert (len(found.faces), found.kept) == (11, False)
        assert other.reports.map_places().faces == 0
        assert other.reports.face_map().kept
