"""Challenges, against landmarks of a head that is turned on purpose."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.live.challenges import Challenge, answers, drawn_challenges

HEAD = np.array([[-0.5, -0.53, 0.1], [0.5, -0.53, 0.1], [0, 0.05, 0.55], [-0.45, 0.55, 0.15], [0.45, 0.55, 0.15]])
"""Both eyes, the nose and both corners of the mouth, in eye distances; z is towards the camera."""


def filmed(yaw: float = 0.0, pitch: float = 0.0, zoom: float = 1.0) -> NDArray[np.float64]:
    """Return the landmarks of 10 calm frames, and of 10 with the head turned; degrees, left and up above 0."""
    a, b = np.radians([yaw, pitch])
    by_yaw = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    by_pitch = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    moved = HEAD @ (by_pitch @ by_yaw).T
    calm, turned = HEAD[:, :2] * 60 + 300, zoom * moved[:, :2] * 60 + 300
    return np.concatenate([np.repeat(calm[None], 10, 0), np.repeat(turned[None], 10, 0)])


@pytest.mark.parametrize(
    ("challenge", "met", "missed"),
    [
        (Challenge.TURN_LEFT, {"yaw": 30}, {"yaw": -30}),
        (Challenge.TURN_RIGHT, {"yaw": -30}, {"yaw": 10}),
        (Challenge.LOOK_UP, {"pitch": 25}, {"pitch": -25}),
        (Challenge.NEARER, {"zoom": 1.4}, {"zoom": 1.1}),
    ],
)
def test_a_challenge_is_met_by_its_movement_alone(
    challenge: Challenge, met: dict[str, float], missed: dict[str, float]
) -> None:
    assert answers(filmed(**met), [challenge]) == [12]
    assert answers(filmed(**missed), [challenge]) == [None]


def test_challenges_are_met_in_their_order_or_not_at_all() -> None:
    left, nearer = filmed(yaw=30), filmed(zoom=1.4)
    both = np.concatenate([left, nearer])
    first, second = answers(both, [Challenge.TURN_LEFT, Challenge.NEARER])
    assert first == 12
    assert second == 32
    assert answers(both, [Challenge.NEARER, Challenge.TURN_LEFT])[1] is None
    assert answers(left, [Challenge.NEARER, Challenge.TURN_LEFT]) == [None, None]


def test_a_movement_of_two_frames_is_an_error_of_the_detector() -> None:
    turned = filmed(yaw=30)
    assert answers(turned[:12], [Challenge.TURN_LEFT]) == [None]


def test_challenges_are_drawn_at_random_and_never_twice_in_a_row() -> None:
    drawn = [drawn_challenges(4) for _ in range(60)]
    assert {one for row in drawn for one in row} == set(Challenge)
    assert all(one is not other for row in drawn for one, other in pairwise(row))
    assert len(set(drawn)) > 20
