"""Faces of frames joined to tracks, on boxes and embeddings that are written down."""

from collections.abc import Callable

import numpy as np
import pytest

from recog.types import Crops, Embeddings, FaceBox
from recog.video.sightings import Sighting, mean_embedding
from recog.video.tracking import PATIENCE_SECONDS, Track, Tracker

ADA, BOB = 10, 200
STEP = 0.4


def box(left: float, score: float = 0.99, size: float = 50.0) -> FaceBox:
    middle = left + size / 2
    points = ((left + 15, 20), (left + 35, 20), (middle, 30), (left + 17, 40), (left + 33, 40))
    return FaceBox(left, 0.0, left + size, size, score, points)


def embed(crops: Crops) -> Embeddings:
    """Embed a crop by the level of its pixels, which is the person."""
    turn = crops.reshape(len(crops), -1).mean(axis=1) / 255 * np.pi / 2
    return np.stack([np.cos(turn), np.sin(turn)], axis=1).astype(np.float32)


def cutter(at: float, person: Callable[[FaceBox], int]) -> Callable[[FaceBox], Sighting]:
    return lambda one: Sighting(at, one, np.full((1, 4, 4, 3), person(one), np.uint8), 20.0, b"")


def tracked(*frames: tuple[list[FaceBox], Callable[[FaceBox], int]], cut: int = -1, step: float = STEP) -> list[Track]:
    tracker = Tracker(embed, threshold=0.3)
    for place, (boxes, person) in enumerate(frames):
        tracker.take(place * step, boxes, cutter(place * step, person), scene_begins=place == cut)
    return tracker.finish()


def test_a_face_that_stays_is_one_track() -> None:
    (track,) = tracked(*[([box(10 + 5 * place)], lambda _: ADA) for place in range(5)])
    assert (track.first, track.last) == pytest.approx((0.0, 4 * STEP))
    np.testing.assert_allclose(track.embedding, embed(np.full((1, 4, 4, 3), ADA, np.uint8))[0], atol=1e-6)


def test_a_face_that_jumps_is_known_by_its_embedding() -> None:
    frames = [([box(0), box(300)], lambda one: ADA if one.left == 0 else BOB)]
    frames.append(([box(600), box(300)], lambda one: ADA if one.left == 600 else BOB))
    assert [(one.first, one.last) for one in tracked(*frames)] == [(0.0, STEP), (0.0, STEP)]


def test_somebody_else_who_appears_elsewhere_begins_a_track() -> None:
    found = tracked(([box(0)], lambda _: ADA), ([box(600)], lambda _: BOB), ([box(600)], lambda _: BOB))
    assert [(one.first, one.last) for one in found] == [(0.0, 0.0), (STEP, 2 * STEP)]


def test_after_a_cut_the_same_place_means_nothing() -> None:
    frames = [([box(0)], lambda _: ADA), ([box(0)], lambda _: ADA)]
    frames += [([box(0)], lambda _: BOB), ([box(0)], lambda _: BOB)]
    assert len(tracked(*frames)) == 1
    assert [(one.first, one.last) for one in tracked(*frames, cut=2)] == [(0.0, STEP), (2 * STEP, 3 * STEP)]


def test_an_unsure_face_extends_a_track_but_begins_none() -> None:
    (track,) = tracked(([box(0)], lambda _: ADA), ([box(2, 0.6), box(400, 0.6)], lambda _: ADA))
    assert track.last == STEP


def test_a_face_that_comes_back_soon_is_the_same_track_and_later_another_one() -> None:
    away: tuple[list[FaceBox], Callable[[FaceBox], int]] = ([], lambda _: ADA)
    there: tuple[list[FaceBox], Callable[[FaceBox], int]] = ([box(0)], lambda _: ADA)
    soon = int(PATIENCE_SECONDS / STEP) - 1
    assert len(tracked(there, *[away] * soon, there)) == 1
    assert len(tracked(there, *[away] * (soon + 2), there)) == 2


def test_a_face_that_is_seen_once_counts_only_if_it_is_sure() -> None:
    assert tracked(([box(0, 0.95)], lambda _: ADA)) == []
    assert len(tracked(([box(0, 0.99)], lambda _: ADA))) == 1


def test_a_frame_like_the_one_before_keeps_its_faces() -> None:
    tracker = Tracker(embed, threshold=0.3)
    tracker.take(0.0, [box(0)], cutter(0.0, lambda _: ADA))
    for place in range(1, 20):
        tracker.stay(place * STEP)
    (track,) = tracker.finish()
    assert (track.first, track.last) == pytest.approx((0.0, 19 * STEP))


def test_the_mean_is_weighted_and_of_unit_length() -> None:
    both = np.eye(2, dtype=np.float32)
    np.testing.assert_allclose(mean_embedding(both, [3.0, 1.0]), np.array([3, 1]) / np.sqrt(10), rtol=1e-6)
    np.testing.assert_allclose(mean_embedding(np.stack([both[0], -both[0]]), [1.0, 1.0]), both[0])
