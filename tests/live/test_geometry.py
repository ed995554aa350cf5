"""Planes, heads and flows against exact twins."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from recog.live.flow import optical_flow
from recog.live.homography import applied, fitted_homography, fitted_similarity, residuals, robust_homography
from recog.live.parallax import NAMES, nose_motion, parallax_of
from recog.live.sequence import EYES, FRAMES, LANDMARKS, PATCH, VIEW, FaceSequence

Points = NDArray[np.float64]


def space(depth: bool) -> Points:
    """Return points of a face, (n, 3) in eye distances: a plane, or one with a nose."""
    x, y = np.meshgrid(np.linspace(-1, 1, 15), np.linspace(-1.2, 1.2, 15))
    nose = 0.42 * np.exp(-((x / 0.22) ** 2) - ((y + 0.1) / 0.32) ** 2)
    return np.stack([x, y, nose if depth else np.zeros_like(x)], -1).reshape(-1, 3)


def seen(points: Points, degrees: float) -> Points:
    """Project points that were turned about the vertical, by a camera nine eye distances away: pixels of a view."""
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    x, y, z = (points @ matrix.T).T
    return np.asarray(np.stack([x, y], 1) * (9 / (9 - z))[:, None] * EYES + LANDMARKS[2], np.float64)


@pytest.mark.parametrize("degrees", [1, 5, 20])
def test_the_picture_of_a_plane_moves_by_a_homography_and_that_of_a_head_does_not(degrees: float) -> None:
    for depth, low, high in ((False, 0.0, 1e-7), (True, 0.02 * degrees, np.inf)):
        before, after = seen(space(depth), 0), seen(space(depth), degrees)
        off = residuals(robust_homography(before, after, np.ones(len(before))), before, after)
        assert low <= off.max() <= high


def test_a_homography_and_a_similarity_are_found_again() -> None:
    points = space(depth=False)[:, :2] * 20
    wanted = np.array([[1.1, 0.05, 3.0], [-0.04, 0.95, -2.0], [1e-3, -5e-4, 1.0]])
    found = fitted_homography(points, applied(wanted, points), np.ones(len(points)))
    assert np.allclose(found, wanted, atol=1e-9)
    turned = np.array([[0.9, -0.2, 4.0], [0.2, 0.9, 1.0], [0, 0, 1]])
    assert np.allclose(fitted_similarity(points, applied(turned, points), np.ones(len(points))), turned)


def test_some_wild_points_do_not_draw_a_homography_to_themselves() -> None:
    points = space(depth=False)[:, :2] * 20
    wild = points.copy()
    wild[::7] += 9.0
    off = residuals(robust_homography(points, wild, np.ones(len(points))), points, wild)
    assert np.median(off) < 0.01


def test_the_nose_moves_against_the_face_of_a_head_and_not_of_a_print() -> None:
    flat, head = (nose_motion(seen(space(depth), 0), seen(space(depth), 6)) for depth in (False, True))
    assert flat < 0.01
    assert head == pytest.approx(0.42 * np.sin(np.radians(6)) * EYES, rel=0.1)


def texture(seed: int) -> NDArray[np.float32]:
    """Return a smooth random picture (VIEW, VIEW), 0 to 1."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:VIEW, :VIEW] / VIEW
    parts = [np.sin(2 * np.pi * (a * x + b * y) + c) for a, b, c in rng.uniform(-9, 9, (12, 3))]
    return np.asarray(0.5 + 0.06 * np.sum(parts, axis=0), np.float32)


def test_flow_follows_a_shift_of_several_pixels() -> None:
    before = torch.from_numpy(texture(1))[None]
    after = torch.roll(before, (2, -5), (1, 2))
    flow, seen_well = optical_flow(before, after)
    inside = flow[0, :, 20:-20, 20:-20]
    assert float((inside[0] + 5).abs().median()) < 0.15
    assert float((inside[1] - 2).abs().median()) < 0.15
    assert float(seen_well[0, 20:-20, 20:-20].median()) > 0
    empty, none = optical_flow(torch.zeros(1, VIEW, VIEW), torch.zeros(1, VIEW, VIEW))
    assert float(empty.abs().max()) == 0.0
    assert float(none.max()) == 0.0


def test_a_face_without_texture_has_no_parallax_and_a_still_one_has_none_to_speak_of() -> None:
    grey = np.full((FRAMES, VIEW, VIEW, 3), 128, np.uint8)
    patches = np.zeros((1, PATCH, PATCH, 3), np.uint8)
    landmarks = np.zeros((FRAMES, 5, 2))
    assert parallax_of(FaceSequence(grey, patches, landmarks)) is None
    picture = np.repeat((255 * texture(2)).astype(np.uint8)[None, ..., None], FRAMES, 0).repeat(3, 3)
    still = parallax_of(FaceSequence(picture, patches, landmarks))
    assert still is not None
    assert still.plane_most < 1e-3
    assert still.features().shape == (len(NAMES),)
