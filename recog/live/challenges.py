"""Challenges: what a living person is asked to do, and whether the landmarks show it, in the order of asking.

Five landmarks tell where a face looks and how near it is. They do not tell a blink or an open mouth, so these are not
asked for (docs/decisions/liveness.md).
"""

import secrets
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recog.live.sequence import Landmarks


class Challenge(StrEnum):
    """A movement that is asked for; left and right are those of the person."""

    TURN_LEFT = "turn-left"
    TURN_RIGHT = "turn-right"
    LOOK_UP = "look-up"
    NEARER = "nearer"


_SIDEWAYS = 0.15
"""Eye distances by which the nose leaves the middle: a turn of about 20 degrees."""
_UP = 0.14
"""Share of the height from eyes to mouth by which the nose rises: a nod of about 15 degrees."""
_NEARER = 1.25
"""How many times as large as at first the face must be."""
_STEADY = 3
"""Frames in a row in which it must be so."""


def drawn_challenges(count: int) -> tuple[Challenge, ...]:
    """Return that many challenges at random, none twice in a row, that nobody can foresee."""
    found: list[Challenge] = []
    while len(found) < count:
        one = secrets.choice(list(Challenge))
        if not found or found[-1] is not one:
            found.append(one)
    return tuple(found)


def answers(landmarks: Landmarks, asked: Sequence[Challenge]) -> list[int | None]:
    """Return the frame in which each challenge is met, after the one before; None if it is not.

    landmarks (frames, 5, 2), in pixels of frames. The first frames show the face as it is when nothing is asked for.
    """
    found: list[int | None] = []
    after = 0
    for challenge in asked:
        held = _held(landmarks, challenge)
        rows = np.convolve(held, np.ones(_STEADY), "valid") >= _STEADY
        later = np.flatnonzero(rows[after:])
        if len(later) == 0 or None in found:
            found.append(None)
            continue
        after += int(later[0]) + _STEADY
        found.append(after - 1)
    return found


def _held(landmarks: Landmarks, challenge: Challenge) -> NDArray[np.float64]:
    """Return 1.0 for frames in which a challenge is met, else 0.0."""
    sideways, height, size = pose(landmarks)
    calm = slice(0, _STEADY)
    if challenge is Challenge.NEARER:
        return np.asarray(size / np.median(size[calm]) >= _NEARER, np.float64)
    if challenge is Challenge.LOOK_UP:
        return np.asarray(np.median(height[calm]) - height >= _UP, np.float64)
    way = sideways - np.median(sideways[calm])
    return np.asarray((way if challenge is Challenge.TURN_LEFT else -way) >= _SIDEWAYS, np.float64)


def pose(landmarks: Landmarks) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return where the nose of each frame is, and the size of the face, (frames,) each.

    The first is how far it is to the right of the picture from the middle of eyes and mouth, in eye distances of the
    first frames: above 0 if the person turns to their left. The second is its place between eyes, 0, and mouth, 1. The
    third is the distance from the eyes to the mouth in pixels, which a turn does not change.
    """
    eyes, mouth = landmarks[:, :2].mean(axis=1), landmarks[:, 3:].mean(axis=1)
    down = mouth - eyes
    size = np.linalg.norm(down, axis=1)
    along = down / size[:, None]
    across = np.stack([along[:, 1], -along[:, 0]], 1)
    nose = landmarks[:, 2] - eyes
    wide = np.median(np.linalg.norm(landmarks[:3, 1] - landmarks[:3, 0], axis=1))
    scale = wide * size / np.median(size[:3])
    sideways = ((landmarks[:, 2] - (eyes + mouth) / 2) * across).sum(1) / scale
    return sideways, (nose * along).sum(1) / size, size
